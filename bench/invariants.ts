/**
 * @file What the checks of every run cost: their time alone, over everything that one explanation computes, as a share of
 * the explanation.
 *
 *     npx tsx -C calig-source bench/invariants.ts [--model FOLDER] [--tokens N] [--runs N]
 */

import { parseArgs } from "node:util";
import { checkSweep } from "@calig/core/internal/attribution/integral/invariants";
import { checkForward, sizeOfFeeds } from "@calig/core/internal/program/check-shapes";
import { CheckedPrograms } from "@calig/core/internal/program/checked-programs";
import type { ForwardResult, SweepRequest, SweepResult } from "@calig/core/internal/program/model-programs";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { explain, loadModel } from "@calig/node";
import { median, textOf, timed } from "./measure.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "sst2" },
    tokens: { type: "string", default: "28" },
    runs: { type: "string", default: "9" },
  },
});
await using model = await loadModel(values.model);
const text = textOf(Number(values.tokens));
const { programs } = model;

/** What an explanation runs, kept to be checked once more. */
const forwards: { readonly feeds: Feeds; readonly result: ForwardResult }[] = [];
const sweeps: { readonly request: SweepRequest; readonly result: SweepResult }[] = [];
const watched = new Proxy(programs, {
  get(target, name) {
    if (name === "forward") {
      return async (feeds: Feeds) => {
        const result = await target.forward(feeds);
        forwards.push({ feeds, result });
        return result;
      };
    }
    if (name === "sweep") {
      return async (request: SweepRequest) => {
        const result = await target.sweep(request);
        sweeps.push({ request, result });
        return result;
      };
    }
    const own = Reflect.get(target, name, target);
    return typeof own === "function" ? own.bind(target) : own;
  },
});
const explanation = await explain({ ...model, programs: watched }, text);

const whole: number[] = [];
const checks: number[] = [];
const { scoreAtInput, scoreAtBaseline } = explanation.completeness ?? { scoreAtInput: 0, scoreAtBaseline: 0 };
const known = { scoreAtInput, scoreAtBaseline, scale: 10 };
for (let run = 0; run < Number(values.runs); run++) {
  whole.push((await timed(() => explain(model, text))).milliseconds);
  checks.push((await timed(check)).milliseconds);
}
const [all, own] = [median(whole), median(checks)];
console.log(`${values.model}, ${explanation.features.length} tokens, ${sweeps.length} runs of the sweep`);
console.log(
  `an explanation: ${all.toFixed(0)} ms; its checks: ${own.toFixed(3)} ms, ${((100 * own) / all).toFixed(3)} %`,
);

/** Everything that `explain` checks of these runs. */
async function check(): Promise<void> {
  for (const { feeds, result } of forwards) {
    const { width, classes } = programs;
    checkForward(result, { ...sizeOfFeeds(feeds), width, classes });
    const finite = new CheckedPrograms(
      { ...programs, blocks: programs.blocks, width, classes, forward: async () => result } as never,
      async () => new Error(),
    );
    await finite.forward(feeds);
  }
  for (const { request, result } of sweeps) checkSweep(request.points, result, known);
}
