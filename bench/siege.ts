/**
 * @file `calig serve` under siege: many requests at once, bodies at random, slow senders, clients that vanish, and a model
 * whose process dies; how long `GET /api/health` takes meanwhile, what becomes of memory, and how the server ends.
 *
 *     npm run build && npx tsx -C calig-source bench/siege.ts [--model sst2] [--bodies 1000] [--seed 1]
 *
 * The server is a process of its own, and so is what asks for its health, 10 ms after each answer. What happens to it
 * happens first to a server that does nothing but answer, on the same cores: that is what the load itself costs. The
 * processor time of the longest turn of the server's loop (all its threads together) does not depend on what else runs.
 */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRandom } from "@calig/core/internal/util/random";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import { componentSchemas } from "@calig/node/internal/server/schemas";
import { fuzzedBody } from "../test/support/fuzz-bodies.ts";
import { median } from "./measure.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "sst2" },
    bodies: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
  },
});
const PAUSE_MS = 10;
/** Between two measurements: what the first left behind is tidied up. */
const SETTLE_MS = 500;
const TEXT = "A gripping film that forgets to end.";
const HEAD = "POST /api/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

const bin = fileURLToPath(new URL("../packages/calig/bin/calig.js", import.meta.url));
const watch = fileURLToPath(new URL("turn-watch.mjs", import.meta.url));
const server = spawn(process.execPath, ["--import", watch, bin, "serve", "--port", "0", "--model", values.model], {
  stdio: ["ignore", "pipe", "ignore", "pipe"],
});
const turns = createInterface(server.stdio[3] as Readable);
const exit = once(server, "exit");
const [line] = (await once(createInterface(server.stdout as Readable), "line")) as [string];
const url = line.trim();

/** Reads everything and refuses it. */
const sink = createServer((request, answer) => {
  request.resume().once("end", () => answer.writeHead(429).end("{}"));
}).listen(0, "127.0.0.1");
await once(sink, "listening");

/** Where the load goes. */
let port = 0;
const toServer = () => {
  port = Number(new URL(url).port);
};
const toSink = () => {
  port = (sink.address() as AddressInfo).port;
};
toServer();

const post = (body: string, init: RequestInit = {}, path = "explain"): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/api/${path}`, {
    method: "POST",
    body,
    headers: { "Content-Type": "application/json" },
    ...init,
  });

/** Status of an answer that is read to its end; 0 where the connection was cut. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  try {
    const { status, body } = await answer;
    for await (const _ of body as unknown as AsyncIterable<Uint8Array>);
    return status;
  } catch {
    return 0;
  }
}

const tally = (statuses: readonly number[]): string =>
  [...new Set(statuses)]
    .sort((a, b) => a - b)
    .map((status) => `${statuses.filter((own) => own === status).length} x ${status === 0 ? "lost" : status}`)
    .join(", ");

const megabytes = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
const children = (): number[] =>
  execFileSync("ps", ["-o", "pid=", "--ppid", String(server.pid)], { encoding: "utf8" })
    .split("\n")
    .map(Number)
    .filter((pid) => pid > 0);
const memory = (): string =>
  `server ${megabytes(server.pid as number)} MB, model ${children().map(megabytes).join()} MB`;

const probe = spawn(
  process.execPath,
  ["--conditions=calig-source", "--import", "tsx", fileURLToPath(new URL("health-probe.ts", import.meta.url)), url],
  { stdio: ["pipe", "pipe", "inherit"] },
);
const probed = createInterface(probe.stdout);

interface Health {
  readonly times: readonly number[];
  readonly lost: number;
}

/** Processor time of the longest turn of the server's loop since the last time, milliseconds. */
async function longestTurn(): Promise<number> {
  const answer = once(turns, "line");
  server.kill("SIGUSR2");
  return Number(((await answer) as [string])[0]);
}

/** What was measured since the last time. */
async function healthSince(): Promise<Health> {
  const answer = once(probed, "line");
  probe.stdin.write("\n");
  return JSON.parse(((await answer) as [string])[0]) as Health;
}

async function healthDuring(work: () => Promise<string>): Promise<Health & { readonly outcome: string }> {
  await sleep(SETTLE_MS);
  await healthSince();
  const outcome = await work();
  await sleep(2 * PAUSE_MS);
  return { ...(await healthSince()), outcome };
}

/** Median, 99 of 100 and worst, in milliseconds. */
function summary({ times, lost }: Health): readonly [text: string, worst: number] {
  const sorted = [...times].sort((a, b) => a - b);
  const worst = sorted.at(-1) ?? 0;
  const figures = [median(sorted), sorted[Math.floor(sorted.length * 0.99)] ?? 0, worst];
  return [`${figures.map((time) => time.toFixed(1)).join(" / ")}${lost === 0 ? "" : `, ${lost} lost`}`, worst];
}

/** Does something, and says what came of it and how the health was meanwhile. */
async function during(what: string, work: () => Promise<string>, alsoIdle = true): Promise<void> {
  let idle: readonly [string, number] = ["", Number.NaN];
  if (alsoIdle) {
    toSink();
    idle = summary(await healthDuring(work));
    toServer();
  }
  await longestTurn();
  const besieged = await healthDuring(work);
  const turn = await longestTurn();
  const own = summary(besieged);
  const ratio = alsoIdle ? (own[1] / idle[1]).toFixed(1) : "";
  console.log(
    `| ${what} | ${besieged.outcome} | ${idle[0]} | ${own[0]} | ${ratio} | ${turn.toFixed(0)} ms | ${memory()} |`,
  );
}

async function sendAndWait(text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

const plain = JSON.stringify({ text: TEXT, steps: 4 });
const random = createRandom(`siege ${values.seed}`);
const schemas = componentSchemas(DEFAULT_LIMITS);

console.log(
  "| what | outcome | health, idle beside the same load: median / 99 of 100 / worst, ms | health, besieged | ratio of the worst | longest turn, processor time | memory |\n|---|---|---|---|---|---|---|",
);
await during("nothing to do", async () => String(await sleep(3000, "")), false);
await during("the first explanation", async () => tally([await statusOf(post(plain))]), false);
for (let round = 1; round <= 3; round++) {
  await during(`300 requests at once, round ${round}`, async () =>
    tally(await Promise.all(Array.from({ length: 300 }, () => statusOf(post(plain))))),
  );
}
await during(`${values.bodies} bodies at random`, async () => {
  const statuses = [];
  for (let i = 0; i < Number(values.bodies); i++) {
    statuses.push(await statusOf(post(fuzzedBody("ExplainRequest", schemas, random))));
  }
  return tally(statuses);
});
await during("500,000 unknown fields, 5 times", async () => {
  const body = `{${Array.from({ length: 500_000 }, (_, i) => `"f${i}":0`).join(",")}}`;
  return tally(await Promise.all(Array.from({ length: 5 }, () => statusOf(post(body)))));
});
await during("lists nested 4 million deep, 5 times", async () => {
  const body = "[".repeat(4e6) + "]".repeat(4e6);
  return tally(await Promise.all(Array.from({ length: 5 }, () => statusOf(post(body)))));
});
for (const [kind, mark] of Object.entries({ numbers: 1, pairs: [0, 1] })) {
  await during(`190,000 ${kind === "pairs" ? "numbers in pairs" : kind}, 5 times`, async () => {
    const count = kind === "pairs" ? 63_000 : 95_000;
    const row = { text: "a b", rationale: Array.from({ length: count }, () => mark) };
    const body = JSON.stringify({ rows: kind === "pairs" ? [row] : [row, row], metrics: ["none"] });
    return tally(await Promise.all(Array.from({ length: 5 }, () => statusOf(post(body, {}, "evaluate")))));
  });
}
await during("a picture of 8 MB that is none, 5 times", async () => {
  const body = JSON.stringify({ image: "A".repeat(8e6) });
  return tally(await Promise.all(Array.from({ length: 5 }, () => statusOf(post(body)))));
});
await during("a text of 100,000 exclamation marks, 5 times", async () => {
  const body = JSON.stringify({ text: "!".repeat(100_000) });
  return tally(await Promise.all(Array.from({ length: 5 }, () => statusOf(post(body)))));
});
await during("a text of 8000 tokens, given up after 10 s", async () => {
  const signal = AbortSignal.timeout(10_000);
  return tally([await statusOf(post(JSON.stringify({ text: "!".repeat(8000) }), { signal }))]);
});
await during("100 slow bodies and 100 slow headers, 20 explanations meanwhile", async () => {
  const slow = [];
  for (let i = 0; i < 100; i++) {
    slow.push(await sendAndWait(`${HEAD}Content-Length: 100\r\n\r\n{`), await sendAndWait(`${HEAD}X-Slow: `));
  }
  const statuses = [];
  for (let i = 0; i < 20; i++) statuses.push(await statusOf(post(plain)));
  for (const socket of slow) socket.destroy();
  return tally(statuses);
});
await during("1500 connections that send nothing, 20 explanations meanwhile", async () => {
  const silent = await Promise.all(Array.from({ length: 1500 }, () => sendAndWait("GET /")));
  const statuses = [];
  for (let i = 0; i < 20; i++) statuses.push(await statusOf(post(plain)));
  for (const socket of silent) socket.destroy();
  return tally(statuses);
});
await during("100 clients that vanish, then one that stays", async () => {
  for (let i = 0; i < 100; i++) {
    const gone = new AbortController();
    const answer = statusOf(post(JSON.stringify({ text: TEXT, steps: 1000 }), { signal: gone.signal }));
    await sleep(20 * random.next());
    gone.abort();
    await answer;
  }
  return tally([await statusOf(post(plain))]);
});
await during(
  "the model's process killed 5 times, a request under way, then another",
  async () => {
    const statuses = [];
    for (let i = 0; i < 5; i++) {
      const under = statusOf(post(JSON.stringify({ text: TEXT, steps: 10_000 })));
      await sleep(300);
      for (const pid of children()) process.kill(pid, "SIGSEGV");
      statuses.push(await under, await statusOf(post(plain)));
    }
    return tally(statuses);
  },
  false,
);
await during("300 requests at once again", async () =>
  tally(await Promise.all(Array.from({ length: 300 }, () => statusOf(post(plain))))),
);
probe.stdin.end();
sink.close();
sink.closeAllConnections();
const under = statusOf(post(JSON.stringify({ text: TEXT, steps: 200 })));
await sleep(200);
const started = performance.now();
server.kill("SIGTERM");
console.log(
  `\nSIGTERM with an explanation under way: ${tally([await under])}, exit code ${(await exit)[0]} after ${Math.round(performance.now() - started)} ms`,
);
