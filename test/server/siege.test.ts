/** @file The server under siege: bodies, senders and connections that mean no good hold no place, no time and no memory. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { ServerApp } from "@calig/node/internal/server/app";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import { listen } from "@calig/node/internal/server/listen";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { post, refusalOf, sendRaw, type TestServer, useModels, useServers } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();

const FAST = { text: "a fine film about nothing", steps: 1, tolerance: 100 };
const HEAD = "POST /api/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

let model: ExplainableModel;
let server: TestServer;
beforeAll(async () => {
  model = await load(await tempFolder(tinyBertFiles()));
  server = await start({ models: [{ name: "words", model }] });
});

const explain = (to: TestServer, body: unknown = FAST) => post(`${to.url}/api/explain`, body);

const sockets: Socket[] = [];
afterAll(() => {
  for (const socket of sockets) socket.destroy();
});

/** A connection that sends this and no more. */
async function sendAndWait(to: { readonly port: number }, text: string): Promise<Socket> {
  const socket = connect(to.port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  return socket;
}

describe("a body", () => {
  const fields = (count: number) => `{${Array.from({ length: count }, (_, i) => `"f${i}":0`).join(",")}}`;
  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

  it.each([
    ["500,000 unknown fields", fields(500_000), 422, "at most 10000 fields"],
    ["9000 unknown fields", fields(9000), 422, "and more"],
    ["lists nested a million deep", nested("[", "]", 1_000_000), 422, "at most 32 deep, it is 1000000 deep"],
    ["objects nested a million deep", `${'{"a":'.repeat(1_000_000)}1${"}".repeat(1_000_000)}`, 422, "at most 32 deep"],
    ["a field nested a million deep", `{"text":${nested("[", "]", 1_000_000)}}`, 422, "at most 32 deep"],
    ["nesting in text, which is none", JSON.stringify({ ...FAST, text: `${"[{".repeat(40)}"\\` }), 200, ""],
    ["a million items", `{"layers":[${"0,".repeat(1_000_000)}0]}`, 422, "at most 200000 items"],
    ["a million empty lists", `{"layers":[${"[],".repeat(1_000_000)}[]]}`, 422, "at most 200000 items"],
    ["100,000 problems", `{"text":"a","layers":[${'"x",'.repeat(900)}0]}`, 422, "and more"],
    ["a text that is too long", JSON.stringify({ text: "!".repeat(100_001) }), 422, "at most 100000 characters"],
    ["brackets that do not close", "[".repeat(1_000_000), 400, "not valid JSON"],
    ["brackets that were not opened", "]".repeat(1_000_000), 400, "not valid JSON"],
    ["a string that does not end", `{"text":"${"a".repeat(1_000_000)}`, 400, "not valid JSON"],
  ])("with %s is answered, not more than 20 problems at a time", async (_what, body, status, message) => {
    const answer = await explain(server, body);
    expect(answer.status).toBe(status);
    const text = await answer.text();
    expect(text).toContain(message);
    if (status !== 200) expect(text.split("; ").length).toBeLessThanOrEqual(41);
    expect(server.errors).toEqual([]);
  });

  it("that is not in UTF-8 is refused, not read as something else", async () => {
    const body = Buffer.from('{"text":"caf\xe9"}', "latin1");
    const answer = await post(`${server.url}/api/explain`, "", { body });
    expect(await refusalOf(answer)).toMatchObject({ status: 400, code: "malformed-json" });
  });

  it("that is compressed is refused by name", async () => {
    const answer = await post(`${server.url}/api/explain`, FAST, { headers: { "Content-Encoding": "gzip" } });
    expect(await refusalOf(answer)).toMatchObject({ status: 415, code: "encoded" });
  });
});

describe("texts of too many tokens", () => {
  const long = "film ".repeat(30);

  it("are refused, whatever they are part of, also where only their beginning is read", async () => {
    const own = await start({ models: [{ name: "words", model }], limits: { tokens: 31 } });
    const message = "at most 31 tokens, it has 32";
    for (const body of [{ text: long }, { text: long, longText: "truncate" }, { ...FAST, baseline: { text: long } }]) {
      const refusal = await refusalOf(await explain(own, body));
      expect(refusal).toMatchObject({ status: 422, code: "text-too-long" });
      expect(refusal.message).toContain(message);
    }
    const place = (await post(`${own.url}/api/evaluate`, { rows: [{ text: long }] })).headers.get("location");
    let job: { status: string };
    do job = (await (await fetch(`${own.url}${place}`)).json()) as typeof job;
    while (job.status === "queued" || job.status === "running");
    expect(job).toMatchObject({ status: "failed", error: { message: expect.stringContaining(message) } });
    expect((await explain(own, { ...FAST, text: "film ".repeat(29) })).status).toBe(200);
    expect(own.errors).toEqual([]);
  });
});

describe("requests that all come at once", () => {
  it("begin in several turns of the loop, and health is answered before those that wait", async () => {
    const answered: string[] = [];
    let turn = 0;
    const begun: number[] = [];
    const timer = setInterval(() => turn++, 0);
    const app = {
      limits: DEFAULT_LIMITS,
      fetch: (request: Request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/busy") {
          begun.push(turn);
          for (const until = performance.now() + 4; performance.now() < until; );
        }
        answered.push(pathname);
        return new Response("");
      },
      close: () => {},
      abort: async () => {},
    };
    const own = await listen(app as unknown as ServerApp, { host: "127.0.0.1", port: 0 });
    const watcher = await sendAndWait(own, "");
    const busy = Array.from({ length: 50 }, () => fetch(`${own.url}/busy`));
    while (answered.length === 0) await sleep(1);
    watcher.write("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await Promise.all(busy);
    const place = answered.indexOf("/api/health");
    expect(place).toBeGreaterThan(0);
    expect(place, "requests answered before it").toBeLessThan(50);
    clearInterval(timer);
    watcher.destroy();
    await own.stop();
    expect(new Set(begun).size).toBeGreaterThan(10);
  });
});

describe("slow senders", () => {
  it("hold no places: 40 of them keep nobody out", async () => {
    const own = await start({ models: [{ name: "words", model }], limits: { queue: 0 } });
    const slow = [];
    for (let i = 0; i < 40; i++) slow.push(await sendAndWait(own, `${HEAD}Content-Length: 100\r\n\r\n{`));
    for (let i = 0; i < 40; i++) slow.push(await sendAndWait(own, `${HEAD}X-Slow: `));
    expect((await explain(own)).status).toBe(200);
    expect(await (await fetch(`${own.url}/api/health`)).json()).toMatchObject({ working: 0, waiting: 0 });
    for (const socket of slow) socket.destroy();
    expect(own.errors).toEqual([]);
  });

  it.each([
    ["too slowly", { bodyRateMs: 200 }, "body-too-slow", "at least 1000 bytes per second"],
    ["too late", { bodyMs: 300 }, "body-too-late", "did not come within 0.3 s"],
  ])("are told when their body comes %s", async (_how, limits, code, message) => {
    const own = await start({ models: [{ name: "words", model }], limits });
    const answer = await sendRaw(own.port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain(code);
    expect(answer).toContain(message);
    expect(own.errors).toEqual([]);
  });

  it("share a memory that ends: the one that takes longest gives way", async () => {
    const own = await start({ models: [{ name: "words", model }], limits: { bodiesBytes: 100_000 } });
    const text = `${HEAD}Content-Length: 90000\r\n\r\n{"text":"${"a".repeat(60_000)}`;
    const first = sendRaw(own.port, text);
    while (own.app.bodies() === 0) await sleep(5);
    const second = await sendAndWait(own, text);
    expect(await first).toMatch(/^HTTP\/1\.1 503 [\s\S]*Retry-After: 1[\s\S]*busy/i);
    expect((await explain(own)).status).toBe(200);
    second.destroy();
    expect(own.errors).toEqual([]);
  });
});

describe("more connections than there may be", () => {
  it("take the places of those that send nothing, not of those that are answered", async () => {
    const own = await start({ models: [{ name: "words", model }], limits: { connections: 4 } });
    const silent = [];
    for (let i = 0; i < 3; i++) silent.push(await sendAndWait(own, i % 2 === 0 ? "GET /" : ""));
    silent.push(await sendAndWait(own, `${HEAD}Content-Length: 100\r\n\r\n{`));
    const [oldest] = silent as [Socket];
    const gone = once(oldest, "close");
    expect((await explain(own)).status).toBe(200);
    await gone;
    for (let i = 0; i < 12; i++) await sendAndWait(own, "GET /");
    const answers = await Promise.all(
      Array.from({ length: 2 }, () =>
        sendRaw(own.port, "GET /api/health HTTP/1.1\r\nHost: a.b\r\nConnection: close\r\n\r\n"),
      ),
    );
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe("methods", () => {
  it.each([
    ["PUT", "/api/explain", "POST"],
    ["GET", "/api/explain", "POST"],
    ["OPTIONS", "/api/evaluate", "POST"],
    ["PATCH", "/api/evaluate/x", "GET, HEAD, DELETE"],
    ["POST", "/api/health", "GET, HEAD"],
    ["DELETE", "/", "GET, HEAD"],
    ["PROPFIND", "/api/models", "GET, HEAD"],
  ])("%s %s is answered with 405 and what is allowed", async (method, path, allowed) => {
    const raw = await sendRaw(
      server.port,
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(raw).toMatch(/^HTTP\/1\.1 405 /);
    expect(raw.toLowerCase()).toContain(`\r\nallow: ${allowed.toLowerCase()}\r\n`);
    expect(raw).toContain("wrong-method");
  });

  it("HEAD is answered as GET, without a body; what is nowhere stays 404", async () => {
    const answer = await fetch(`${server.url}/api/health`, { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect((await fetch(`${server.url}/api/nothing`, { method: "PUT" })).status).toBe(404);
  });
});
