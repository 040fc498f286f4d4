/** @file The server under load and under attack: nothing is lost, nothing piles up, what nobody waits for stops. */

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import { beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { counted, eventsOf, post, refusalOf, sendRaw, type TestServer, useModels, useServers } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();

const FAST = { text: "a fine film about nothing", steps: 1, tolerance: 100 };
/** Thousands of runs of the engine. */
const ENDLESS = { text: "a fine film about nothing", steps: 10_000 };
const TWO_ROWS = { runBytes: 1 };
const MEGABYTE = 2 ** 20;

let model: ExplainableModel;
beforeAll(async () => {
  model = await load(await tempFolder(tinyBertFiles()));
});

const explain = (server: TestServer, body: object = FAST, init: RequestInit = {}) =>
  post(`${server.url}/api/explain`, body, init);
const busy = async (server: TestServer) =>
  (await (await fetch(`${server.url}/api/health`)).json()) as { working: number; waiting: number };
const settled = async (server: TestServer) => {
  for (;;) {
    const { working, waiting } = await busy(server);
    if (working + waiting === 0) return;
    await sleep(10);
  }
};

describe("200 requests at once", () => {
  it("are answered, each with the explanation or with 429 and when to come back", async () => {
    const server = await start({ models: [{ name: "words", model }], limits: { queue: 20 } });
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const answer = await explain(server);
        return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body: await answer.json() };
      }),
    );
    const done = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(done.length + refused.length).toBe(200);
    expect(done.length).toBeGreaterThanOrEqual(21);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body } of done) expect((body as { attribution: number[] }).attribution.length).toBeGreaterThan(0);
    for (const { retryAfter, body } of refused) {
      expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
      expect(body).toMatchObject({ error: { code: "queue-full" } });
    }
    expect(await busy(server)).toMatchObject({ working: 0, waiting: 0 });
  });

  it("all succeed when clients come back, and leave no memory behind", async () => {
    const server = await start({ models: [{ name: "words", model }], limits: { queue: 20 } });
    const patient = async (): Promise<number> => {
      for (;;) {
        const answer = await explain(server);
        await answer.arrayBuffer();
        if (answer.status !== 429) return answer.status;
        // Not all at once again.
        await sleep(100 + 900 * Math.random());
      }
    };
    const round = () => Promise.all(Array.from({ length: 200 }, patient));
    expect(new Set(await round())).toEqual(new Set([200]));
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 2; i++) await round();
    const grown = process.memoryUsage().rss - before;
    expect(grown, `resident memory grew by ${Math.round(grown / MEGABYTE)} MB over 400 requests`).toBeLessThan(
      150 * MEGABYTE,
    );
  }, 600_000);
});

describe("bodies", () => {
  it("that are too large are refused, whether they say so or not", async () => {
    const server = await start({ models: [{ name: "words", model }], limits: { bodyBytes: 1000 } });
    const large = JSON.stringify({ text: "x".repeat(2000) });
    expect(await refusalOf(await explain(server, large as unknown as object))).toMatchObject({
      status: 413,
      code: "body-too-large",
    });
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new TextEncoder().encode("x".repeat(100)));
        controller.close();
      },
    });
    const streamed = await fetch(`${server.url}/api/explain`, {
      method: "POST",
      body: chunks,
      headers: { "Content-Type": "application/json" },
      duplex: "half",
    } as RequestInit);
    expect(streamed.status).toBe(413);
    expect((await explain(server)).status).toBe(200);
    await settled(server);
  });

  it("and headers that never end are cut off, and hold no place in the queue", async () => {
    const server = await start({
      models: [{ name: "words", model }],
      limits: { headersMs: 1500, requestMs: 3000, queue: 1 },
    });
    const started = performance.now();
    const slow = [
      "GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
      "POST /api/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
      "POST /api/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{",
    ];
    const answers = await Promise.all(slow.map((text) => sendRaw(server.port, text)));
    for (const answer of answers) expect(answer).not.toMatch(/^HTTP\/1\.1 200/);
    expect(performance.now() - started).toBeLessThan(60_000);
    await settled(server);
    expect((await explain(server)).status).toBe(200);
    expect(server.errors).toEqual([]);
  });

  it("that are no HTTP are refused", async () => {
    const server = await start({ models: [{ name: "words", model }] });
    for (const text of ["nonsense\r\n\r\n", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"y".repeat(20_000)}\r\n\r\n`]) {
      expect(await sendRaw(server.port, text)).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect((await explain(server)).status).toBe(200);
  });
});

describe("a client that leaves", () => {
  it("stops its explanation, streamed or not", async () => {
    const { model: watched, sweeps } = counted(model);
    const server = await start({ models: [{ name: "words", model: watched }], limits: TWO_ROWS });
    for (const accept of ["application/json", "text/event-stream"]) {
      const before = sweeps();
      const gone = new AbortController();
      const answer = explain(server, ENDLESS, { signal: gone.signal, headers: { Accept: accept } });
      const ended = expect(answer.then((own) => own.text())).rejects.toThrow();
      while (sweeps() < before + 3) await sleep(5);
      gone.abort();
      await ended;
      await settled(server);
      const after = sweeps();
      expect(after - before).toBeLessThan(5000);
      await sleep(100);
      expect(sweeps()).toBe(after);
    }
    expect((await explain(server)).status).toBe(200);
    expect(server.errors).toEqual([]);
  });

  it("gives its place in the queue to others", async () => {
    const { model: watched, sweeps } = counted(model);
    const server = await start({ models: [{ name: "words", model: watched }], limits: { ...TWO_ROWS, queue: 1 } });
    const gone = new AbortController();
    const both = [explain(server, ENDLESS, { signal: gone.signal })];
    while (sweeps() === 0) await sleep(5);
    both.push(explain(server, ENDLESS, { signal: gone.signal }));
    while ((await busy(server)).waiting === 0) await sleep(5);
    expect((await explain(server)).status).toBe(429);
    const ended = Promise.allSettled(both);
    gone.abort();
    await ended;
    await settled(server);
    expect((await explain(server)).status).toBe(200);
  });

  it("in the middle of its body leaves nothing behind", async () => {
    const server = await start({ models: [{ name: "words", model }], limits: { queue: 0 } });
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(
      "POST /api/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    await once(socket, "connect");
    // Without a queue, the place that a body held would be one too many.
    expect((await explain(server)).status).toBe(200);
    socket.destroy();
    await settled(server);
    expect((await explain(server)).status).toBe(200);
    expect(server.errors).toEqual([]);
  });
});

describe("time", () => {
  it("that an explanation takes is limited", async () => {
    const { model: watched, sweeps } = counted(model);
    const server = await start({
      models: [{ name: "words", model: watched }],
      limits: { ...TWO_ROWS, timeoutMs: 300 },
    });
    expect(await refusalOf(await explain(server, ENDLESS))).toMatchObject({ status: 504, code: "timeout" });
    const after = sweeps();
    await sleep(100);
    expect(sweeps()).toBe(after);
    const events = [];
    const answer = await explain(server, ENDLESS, { headers: { Accept: "text/event-stream" } });
    for await (const event of eventsOf(answer)) events.push(event);
    expect(events.at(-1)).toMatchObject({ event: "error", data: { error: { code: "timeout" } } });
  });

  it("that an evaluation takes is limited", async () => {
    const server = await start({
      models: [{ name: "words", model }],
      limits: { evaluationTimeoutMs: 100 },
    });
    const rows = Array.from({ length: 500 }, (_, i) => ({ text: `film number ${i}` }));
    const place = (await post(`${server.url}/api/evaluate`, { rows })).headers.get("location");
    for (;;) {
      const job = (await (await fetch(`${server.url}${place}`)).json()) as { status: string };
      if (job.status !== "queued" && job.status !== "running") {
        expect(job).toMatchObject({ status: "failed", error: { code: "timeout" } });
        return;
      }
      await sleep(20);
    }
  });
});

describe("evaluations", () => {
  it("wait in a short queue of their own", async () => {
    const server = await start({ models: [{ name: "words", model }], limits: { evaluationQueue: 1 } });
    const rows = Array.from({ length: 500 }, (_, i) => ({ text: `film number ${i}` }));
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await post(`${server.url}/api/evaluate`, { rows }));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(Number(answers[2]?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    // Explanations do not wait for evaluations.
    expect((await explain(server)).status).toBe(200);
    for (const { headers } of answers.slice(0, 2)) {
      await fetch(`${server.url}${headers.get("location")}`, { method: "DELETE" });
    }
  });
});

describe("stop()", () => {
  it("lets answers under way end, and refuses new requests", async () => {
    const { model: watched, sweeps } = counted(model);
    const server = await start({ models: [{ name: "words", model: watched }], limits: TWO_ROWS });
    const under = explain(server, { ...FAST, steps: 40 });
    while (sweeps() === 0) await sleep(5);
    const stopped = server.stop(600_000);
    await expect(explain(server)).rejects.toThrow();
    expect((await under).status).toBe(200);
    await stopped;
  });

  it("stops what takes longer than it may, and says so", async () => {
    const { model: watched, sweeps } = counted(model);
    const server = await start({ models: [{ name: "words", model: watched }], limits: TWO_ROWS });
    const under = explain(server, ENDLESS);
    while (sweeps() === 0) await sleep(5);
    const stopped = server.stop(200);
    const answer = await under;
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(await answer.json()).toMatchObject({ error: { code: "stopping" } });
    await stopped;
  });
});
