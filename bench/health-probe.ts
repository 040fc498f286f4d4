/**
 * @file A process that asks a server for its health again and again, on one connection, 10 ms after each answer. A line
 * on standard input makes it write what it has measured since the last one, as JSON: `{times, lost}`, milliseconds.
 */

import { Agent, get } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 10;

const [url] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let times: number[] = [];
let lost = 0;
createInterface(process.stdin)
  .on("line", () => {
    console.log(JSON.stringify({ times, lost }));
    times = [];
    lost = 0;
  })
  .once("close", () => process.exit());

const ask = (): Promise<void> =>
  new Promise((resolve, reject) => {
    get(`${url}/api/health`, { agent }, (answer) => answer.resume().once("end", resolve)).once("error", reject);
  });

for (;;) {
  const started = performance.now();
  try {
    await ask();
    times.push(performance.now() - started);
  } catch {
    lost++;
  }
  await sleep(PAUSE_MS);
}
