/**
 * @file How long `GET /api/health` takes while the server explains a long text, after a first explanation that compiles.
 *
 *     npx tsx -C calig-source bench/health.ts [--model sst2] [--tokens 512] [--explanations 3]
 *
 * The server is a process of its own; a request follows 20 ms after the answer to the one before, on the same connection.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, textOf } from "./measure.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "sst2" },
    tokens: { type: "string", default: "512" },
    explanations: { type: "string", default: "3" },
  },
});
const PAUSE_MS = 20;

const bin = fileURLToPath(new URL("../packages/node/src/cli/bin.ts", import.meta.url));
const server = spawn(
  process.execPath,
  [
    "--conditions=calig-source",
    "--import",
    "tsx",
    bin,
    "serve",
    "--port",
    "0",
    "--model",
    values.model,
    "--time-limit",
    "600",
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const [line] = (await once(createInterface(server.stdout), "line")) as [string];
const url = line.match(/http:\/\/[\d.:]+/)?.[0];
if (url === undefined) throw new Error(`The server says "${line}"`);

async function explain(): Promise<void> {
  const answer = await fetch(`${url}/api/explain`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text: textOf(Number(values.tokens)) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.arrayBuffer();
}

interface Requests {
  /** Milliseconds of every answer. */
  readonly times: readonly number[];
  /** Requests whose connection was cut. */
  readonly lost: number;
}

/** Asks until `work` is done. */
async function healthDuring(work: Promise<unknown>): Promise<Requests> {
  const times: number[] = [];
  let lost = 0;
  let working = true;
  const ended = work.finally(() => {
    working = false;
  });
  while (working) {
    const started = performance.now();
    try {
      await (await fetch(`${url}/api/health`)).arrayBuffer();
      times.push(performance.now() - started);
    } catch {
      lost++;
    }
    await sleep(PAUSE_MS);
  }
  await ended;
  return { times, lost };
}

function show(what: string, { times, lost }: Requests): void {
  const [middle, worst] = [median(times), Math.max(...times)].map((time) => time.toFixed(1));
  console.log(`${what}: ${times.length} answers, median ${middle} ms, worst ${worst} ms, ${lost} lost`);
}

try {
  show("nothing to do", await healthDuring(sleep(2000)));
  show("the first explanation", await healthDuring(explain()));
  for (let run = 0; run < Number(values.explanations); run++) {
    const started = performance.now();
    const requests = await healthDuring(explain());
    show(`an explanation of ${((performance.now() - started) / 1000).toFixed(1)} s`, requests);
  }
} finally {
  server.kill("SIGTERM");
}
