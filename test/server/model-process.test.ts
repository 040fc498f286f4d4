/** @file Models in processes of their own: the same answers, and an end of the process that is an error of one request. */

import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidOptionError } from "@calig/core/internal/errors";
import { type ModelProcess, startModelProcess } from "@calig/node/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { eventsOf, post, refusalOf, type TestServer, useModels, useServers } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();

const FAST = { text: "a fine film about nothing", steps: 1, tolerance: 100 };
const ENDLESS = { text: "a fine film about nothing", steps: 10_000 };

let folder: string;
let model: ModelProcess;
let server: TestServer;
beforeAll(async () => {
  folder = await tempFolder(tinyBertFiles());
  model = await startModelProcess({ name: "words", source: folder, load: { threads: 1 } });
  server = await start({ models: [{ name: "words", model }], limits: { runBytes: 1 } });
});
afterAll(() => model.dispose());

const explain = (body: object = FAST, init: RequestInit = {}) => post(`${server.url}/api/explain`, body, init);
const busy = async () =>
  (await (await fetch(`${server.url}/api/health`)).json()) as { working: number; waiting: number };
const settled = async () => {
  for (;;) {
    const { working, waiting } = await busy();
    if (working + waiting === 0) return;
    await sleep(10);
  }
};
const working = async () => {
  while ((await busy()).working === 0) await sleep(5);
};

/** A request under way, and then the end of the process. */
async function dying(signal: NodeJS.Signals): Promise<Response> {
  const under = explain(ENDLESS);
  await working();
  process.kill(model.pid as number, signal);
  return under;
}

describe("a model in a process of its own", () => {
  it("answers as one of this process", async () => {
    const here = await start({ models: [{ name: "words", model: await load(folder) }], limits: { runBytes: 1 } });
    const lasting = (text: string) => {
      const { cost: _cost, ...rest } = JSON.parse(text) as { cost: unknown };
      return rest;
    };
    const [own, other] = await Promise.all([explain(), post(`${here.url}/api/explain`, FAST)]);
    expect(lasting(await own.text())).toEqual(lasting(await other.text()));
    const models = async (url: string) => (await fetch(`${url}/api/models`)).json();
    expect(await models(server.url)).toEqual(await models(here.url));
    const markdown = await explain(FAST, { headers: { Accept: "text/markdown" } });
    expect(await markdown.text()).toContain("film");
  });

  it("tells how far it is, then the result", async () => {
    const names = [];
    for await (const { event } of eventsOf(await explain(FAST, { headers: { Accept: "text/event-stream" } }))) {
      names.push(event);
    }
    expect([names[0], names[1], names.at(-1)]).toEqual(["queued", "progress", "result"]);
  });

  it.each([
    [{ text: "a film", target: "maybe" }, 422, "invalid-option", '"perhaps"'],
    [{ text: " " }, 422, "invalid-input", "Cannot"],
    [{ image: "AAAA" }, 422, "no-model", "reads images"],
  ])("refuses %j in the same words", async (body, status, code, message) => {
    const refusal = await refusalOf(await explain(body));
    expect(refusal).toMatchObject({ status, code });
    expect(refusal.message).toContain(message);
  });

  it("stops when its client leaves, and goes on with others in the same process", async () => {
    const { pid } = model;
    const gone = new AbortController();
    const under = explain(ENDLESS, { signal: gone.signal });
    await working();
    gone.abort();
    await expect(under).rejects.toThrow();
    await settled();
    expect((await explain()).status).toBe(200);
    expect(model.pid).toBe(pid);
    expect(server.errors).toEqual([]);
  });

  it("leaves the server free, whatever it is given to read", async () => {
    const gone = new AbortController();
    const long = { text: "!".repeat(100_000), steps: 10_000 };
    let ended = false;
    const under = explain(long, { signal: gone.signal }).finally(() => {
      ended = true;
    });
    await working();
    // All of these are answered while the one before them is being read, and then computed.
    for (let i = 0; i < 50; i++) expect(await busy()).toMatchObject({ working: 1 });
    expect(ended).toBe(false);
    gone.abort();
    await expect(under).rejects.toThrow();
    await settled();
  });

  it("measures and verifies", async () => {
    const rows = [{ text: FAST.text, label: "yes" }];
    const body = { rows, methods: ["ca-lig"], metrics: ["deletion"], steps: 1, tolerance: 100 };
    const place = (await post(`${server.url}/api/evaluate`, body)).headers.get("location");
    for (;;) {
      const job = (await (await fetch(`${server.url}${place}`)).json()) as { status: string; result?: object };
      if (job.status === "queued" || job.status === "running") {
        await sleep(20);
        continue;
      }
      expect(job).toMatchObject({ status: "done", result: { dataset: { size: 1 } } });
      break;
    }
    const verified = await post(`${server.url}/api/verify`, {});
    expect(await verified.json()).toMatchObject({ passed: true });
  });
});

describe("the end of the process", () => {
  // What a panic of the tokenizer, a fault in the engine, and the system for want of memory do.
  it.each(["SIGABRT", "SIGSEGV", "SIGKILL"] as const)(
    "by %s is a 500, and the next request is served",
    async (signal) => {
      const { pid } = model;
      const before = server.errors.length;
      const refusal = await refusalOf(await dying(signal));
      expect(refusal).toMatchObject({ status: 500, code: "engine-ended" });
      expect(refusal.message).toContain(`"words" ended (${signal}) while it worked on this request`);
      expect(server.errors).toHaveLength(before + 1);
      expect((await explain()).status).toBe(200);
      expect(model.pid).not.toBe(pid);
      expect(await busy()).toMatchObject({ working: 0, waiting: 0 });
    },
  );

  it("is an event where the answer is one", async () => {
    const answer = await explain(ENDLESS, { headers: { Accept: "text/event-stream" } });
    await working();
    process.kill(model.pid as number, "SIGKILL");
    const events = [];
    for await (const event of eventsOf(answer)) events.push(event);
    expect(events.at(-1)).toMatchObject({ event: "error", data: { error: { code: "engine-ended" } } });
  });

  it("between requests is noticed by nobody", async () => {
    expect((await explain()).status).toBe(200);
    process.kill(model.pid as number, "SIGKILL");
    while (model.pid !== undefined) await sleep(5);
    expect((await explain()).status).toBe(200);
  });

  it("lets those go on who wait", async () => {
    const under = explain(ENDLESS);
    await working();
    const waiting = Array.from({ length: 3 }, () => explain());
    while ((await busy()).waiting < 3) await sleep(5);
    process.kill(model.pid as number, "SIGKILL");
    expect((await under).status).toBe(500);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("whose model cannot be loaded again is an error of every request, and of no other kind", async () => {
    const own = await tempFolder(tinyBertFiles());
    const short = await startModelProcess({ name: "short", source: own, load: { threads: 1 } });
    const there = await start({ models: [{ name: "short", model: short }] });
    await rm(join(own, "config.json"));
    process.kill(short.pid as number, "SIGKILL");
    while (short.pid !== undefined) await sleep(5);
    for (let i = 0; i < 2; i++) {
      expect(await refusalOf(await post(`${there.url}/api/explain`, FAST))).toMatchObject({
        status: 500,
        code: "internal",
      });
    }
    expect(there.errors.map((error) => (error as { code?: string }).code)).toEqual([
      "CALIG_CHECKPOINT",
      "CALIG_CHECKPOINT",
    ]);
    await short.dispose();
  });
});

describe("startModelProcess()", () => {
  it("says why a model cannot be loaded, in the words of loadModel()", async () => {
    await expect(startModelProcess({ name: "none", source: "/nowhere/at-all" })).rejects.toMatchObject({
      code: "CALIG_CHECKPOINT",
      message: expect.stringContaining("there is no such folder"),
    });
  });

  it("gives errors their class and their fields", async () => {
    const load = { device: "tpu" as "cpu" };
    const error = await startModelProcess({ name: "none", source: folder, load }).catch((own: unknown) => own);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option: "device", value: "tpu", code: "CALIG_INVALID_OPTION" });
  });

  it("leaves no process and no file behind", async () => {
    const mine = () => readdirSync(tmpdir()).filter((name) => name.startsWith("calig-model-"));
    const before = new Set(mine());
    const own = await startModelProcess({ name: "own", source: folder, load: { threads: 1 } });
    const pid = own.pid as number;
    const made = mine().filter((name) => !before.has(name));
    expect(made.length).toBeGreaterThanOrEqual(1);
    await own.dispose();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(made.some((name) => !existsSync(join(tmpdir(), name)))).toBe(true);
  });

  it("ends when it is told to, while it loads", async () => {
    const stop = new AbortController();
    const starting = startModelProcess({ name: "own", source: folder, signal: stop.signal });
    stop.abort();
    await expect(starting).rejects.toThrow("abort");
  });
});
