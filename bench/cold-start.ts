/**
 * @file What the first explanation of a process costs, apart from what every further one costs. Needs `npm run build`.
 *
 *     npx tsx -C calig-source bench/cold-start.ts [--runs 5] [--model sst2]
 *
 * Every run is a process of its own; CPU time of all its threads.
 */

import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { median } from "./measure.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "5" }, model: { type: "string", default: "sst2" } },
});

const SCRIPT = `
const stages = [];
let cpu = { user: 0, system: 0 };
let wall = 0;
const mark = (name) => {
  const now = process.cpuUsage();
  const time = performance.now();
  stages.push([name, (now.user + now.system - cpu.user - cpu.system) / 1000, time - wall]);
  cpu = now;
  wall = time;
};
mark("start Node");
const { explain, loadModel } = await import(process.argv[1]);
mark("import calig and the engine");
const model = await loadModel(process.argv[2]);
mark("load the model");
const text = "A gripping film that forgets to end.";
const encoded = await model.tokenizer.encode(text);
const { prepareText } = await import(process.argv[3]);
const { parts } = await prepareText(model, { text });
mark("tokenize");
const { hiddenStates } = await model.programs.forward(parts[0].input.feeds);
mark("build, compile and run the forward program");
const score = { kind: "logit", activation: model.activation, target: 0 };
const points = [{ block: 0, alpha: 1 }];
const request = { hiddenStates, baselines: hiddenStates, score, points, feeds: parts[0].input.feeds };
await model.programs.sweep(request);
mark("build, compile and run the sweep, one row");
await explain(model, text);
mark("explain");
await explain(model, text);
mark("explain again");
console.log(JSON.stringify(stages));
process.exit(0);
`;

type Stage = readonly [name: string, cpu: number, wall: number];
const place = (path: string) => new URL(`../packages/${path}`, import.meta.url).href;
const runs: (readonly Stage[])[] = [];
for (let run = 0; run < Number(values.runs); run++) {
  const argv = [
    "--input-type=module",
    "--eval",
    SCRIPT,
    place("node/dist/node.js"),
    values.model,
    place("core/dist/attribution/text-input.js"),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  runs.push(JSON.parse(stdout) as readonly Stage[]);
}
const COLD = 6;
const sumOf = (stages: readonly Stage[]) => stages.slice(0, COLD).reduce((sum, [, cpu]) => sum + cpu, 0);
console.log("| stage | CPU time, median | wall time, median |\n|---|---|---|");
for (const [i, [name]] of (runs[0] ?? []).entries()) {
  const of = (index: 1 | 2) => median(runs.map((stages) => (stages[i] as Stage)[index])).toFixed(0);
  console.log(`| ${name} | ${of(1)} ms | ${of(2)} ms |`);
}
console.log(`until everything is compiled: ${median(runs.map(sumOf)).toFixed(0)} ms of CPU`);
