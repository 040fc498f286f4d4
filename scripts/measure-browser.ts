/**
 * @file Measures explanations in Chromium against Node on the same machine, one after the other in turns, and prints the
 * table of docs/browser.md. Measured is processor time, which other work on the machine hardly changes; Linux only.
 * Usage: npm run docs:browser
 */

import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { explain, type LoadedModel, loadModel } from "@calig/node";
import { bundle } from "../test/support/bundle.ts";
import { startChromium } from "../test/support/chromium.ts";
import { ortWasmFolder } from "../test/support/ort-wasm.ts";
import { serveFolders } from "../test/support/static-server.ts";
import type { Harness } from "../test/web/harness.ts";

const ROUNDS = 5;
const TEXT = "A gripping film that forgets to end, and whose actors deserve a better script than this one";

interface InPage {
  readonly harness: Harness;
}

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

const folder = await mkdtemp(join(tmpdir(), "calig-measure-"));
await writeFile(
  join(folder, "index.html"),
  "<!doctype html><title>measure</title><script type=module src=harness.js></script>",
);
await bundle(root("test/web/harness.ts"), folder);
const server = await serveFolders({ "": folder, ort: ortWasmFolder(), sst2: root("packages/model-sst2") });
const browser = await startChromium();

/** Milliseconds of a tick of the processor times in /proc. */
const TICK_MS = 10;

/** Processor time of all processes that this one started, milliseconds. */
function timeOfChildren(): number {
  const processes = new Map<number, { readonly parent: number; readonly ticks: number }>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      processes.set(Number(name), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === process.pid || isOurs(processes.get(pid)?.parent));
  return (
    [...processes].reduce((sum, [pid, { ticks }]) => sum + (pid !== process.pid && isOurs(pid) ? ticks : 0), 0) *
    TICK_MS
  );
}

const timeOfNode = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Processor time of one job, milliseconds. */
async function timed(clock: () => number, job: () => Promise<unknown>): Promise<number> {
  const start = clock();
  await job();
  return clock() - start;
}

const rows = new Map<string, { node: number[]; chromium: number[] }>();
const note = (name: string, place: "node" | "chromium", value: number) => {
  const row = rows.get(name) ?? { node: [], chromium: [] };
  row[place].push(value);
  rows.set(name, row);
};

for (let round = 0; round < ROUNDS; round++) {
  let model: LoadedModel | undefined;
  const cold = await timed(timeOfNode, async () => {
    model = await loadModel("sst2", { threads: 1 });
    await explain(model, TEXT);
  });
  note("cold: load, compile, explain", "node", cold);
  note("warm: explain", "node", await timed(timeOfNode, () => explain(model as LoadedModel, TEXT)));
  await model?.dispose();

  const page = await browser.newPage();
  await page.goto(server.url);
  const once = () =>
    page.evaluate((text) => (globalThis as unknown as InPage).harness.explainOnce("sst2", text, {}), TEXT);
  note("cold: load, compile, explain", "chromium", await timed(timeOfChildren, once));
  note("warm: explain", "chromium", await timed(timeOfChildren, once));
  await page.close();
}
await browser.close();
await server.close();
await rm(folder, { recursive: true });

console.log(
  `load average ${loadavg()
    .map((value) => value.toFixed(1))
    .join(", ")}; ${ROUNDS} rounds in turns\n`,
);
console.log("| work | Node | Chromium, WebAssembly | ratio (median of rounds) |\n|---|---|---|---|");
for (const [name, { node, chromium }] of rows) {
  const ratio = median(chromium.map((value, i) => value / (node[i] as number)));
  console.log(`| ${name} | ${median(node).toFixed(0)} ms | ${median(chromium).toFixed(0)} ms | ${ratio.toFixed(1)} |`);
}
