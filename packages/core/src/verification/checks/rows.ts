/** @file Check: every row of a batch is what it would be alone, in the forward pass and in the sweep. */

import type { SweepPoint, SweepResult } from "../../program/model-programs.ts";
import { sliceRows } from "../../program/rows.ts";
import { evaluateScore, logitsRow } from "../../program/score.ts";
import type { FloatTensor } from "../../tensor/tensor.ts";
import { differentInputs, joinFeeds } from "../batches.ts";
import type { Check, CheckContext } from "../check.ts";
import { Differences, largestOf } from "../differences.ts";
import { sameNumbers } from "../limits.ts";

const ROWS = 4;
/** Most blocks whose points are also run alone; a seeded choice where there are more. */
const ALONE = 12;

export const rows: Check = {
  name: "rows",
  compares:
    "rows of a batch with the same inputs alone; the sweep of all blocks with sweeps of single points and with forward passes at both ends of every path",
  doubt: "block relevance, and everything that is measured on many inputs at once (calig evaluate, occlusion)",
  weight: 4,
  async run(context) {
    const differences = new Differences();
    await batches(context, differences);
    context.onProgress(0.4);
    await ends(context, differences);
    context.onProgress(0.6);
    await singlePoints(context, differences);
    return {
      differences,
      sentence: `${ROWS} different inputs of one length give the same in one batch as alone; in the sweep, points of all blocks in one run give the scores and the relevance that they give alone, and the scores of forward passes at the ends of every path`,
    };
  },
};

/** The programs that take rows, with different rows. */
async function batches(context: CheckContext, differences: Differences): Promise<void> {
  const { programs } = context.model;
  const inputs = differentInputs(context, ROWS);
  const feeds = joinFeeds(inputs);
  const together = await programs.forward(feeds);
  const logits = await programs.logits(feeds);
  const block = Math.floor(programs.blocks / 2);
  const from = await programs.logitsFrom({ block, hiddenState: together.hiddenStates[block] as FloatTensor, feeds });
  for (const [row, own] of inputs.entries()) {
    const alone = await programs.forward(own);
    const compare = (where: string, found: FloatTensor, wanted: FloatTensor, unit: string) =>
      differences.compare(
        `${where} of row ${row}`,
        sliceRows(found, row, row + 1).data,
        wanted.data,
        sameNumbers(unit === "logit" ? context.logitSize : largestOf(wanted.data), unit),
      );
    compare("the logits", together.logits, alone.logits, "logit");
    compare("the logits, computed alone,", logits, alone.logits, "logit");
    compare(`the logits from the entry of block ${block} on`, from, alone.logits, "logit");
    for (const [l, state] of alone.hiddenStates.entries()) {
      compare(`the hidden state entering block ${l}`, together.hiddenStates[l] as FloatTensor, state, "hidden state");
    }
  }
  if (inputs.length > 0 && together.logits.shape[0] !== ROWS) {
    differences.add("the number of rows of logits", Math.abs((together.logits.shape[0] ?? 0) - ROWS), {
      most: 0,
      unit: "row",
    });
  }
}

/** F at both ends of the path of every block, in one run. */
async function ends({ model, subject, logitSize }: CheckContext, differences: Differences): Promise<void> {
  const { forward, baseline, score, input } = subject;
  const { blocks } = model.programs;
  const points = Array.from({ length: blocks }, (_, block) => [
    { block, alpha: 1 },
    { block, alpha: 0 },
  ]).flat();
  const { scores } = await model.programs.sweep({
    hiddenStates: forward.hiddenStates,
    baselines: baseline.hiddenStates,
    score,
    points,
    feeds: input.feeds,
  });
  const atInput = evaluateScore(score, logitsRow(forward.logits, score.position));
  const limit = sameNumbers(logitSize, score.kind);
  for (const [i, { block, alpha }] of points.entries()) {
    if (alpha === 1)
      differences.add(
        `the score at the input, in the sweep from block ${block}`,
        Math.abs((scores[i] as number) - atInput),
        limit,
      );
    else if (baseline.logits !== undefined) {
      const atBaseline = evaluateScore(score, logitsRow(baseline.logits, score.position));
      differences.add(
        `the score at the baseline, in the sweep from block ${block}`,
        Math.abs((scores[i] as number) - atBaseline),
        limit,
      );
    }
  }
}

/** Points of several blocks in one run beside each of them alone. */
async function singlePoints(context: CheckContext, differences: Differences): Promise<void> {
  const { model, subject, logitSize, onProgress } = context;
  const { forward, baseline, score, input } = subject;
  const random = context.random("points");
  const blocks = Array.from({ length: model.programs.blocks }, (_, block) => block);
  const chosen = random.shuffle(blocks).slice(0, ALONE);
  const points: readonly SweepPoint[] = [
    { block: 0, alpha: 1 },
    ...chosen.map((block) => ({ block, alpha: 0.1 + 0.8 * random.next() })),
    { block: 0, alpha: 0.5 },
  ];
  const sweep = (some: readonly SweepPoint[]): Promise<SweepResult> =>
    model.programs.sweep({
      hiddenStates: forward.hiddenStates,
      baselines: baseline.hiddenStates,
      score,
      points: some,
      feeds: input.feeds,
    });
  const together = await sweep(points);
  for (const [i, point] of points.entries()) {
    const alone = await sweep([point]);
    const where = `at block ${point.block}, alpha ${point.alpha.toFixed(2)}`;
    differences.add(
      `the score ${where}`,
      Math.abs((together.scores[i] as number) - (alone.scores[0] as number)),
      sameNumbers(logitSize, score.kind),
    );
    const wanted = alone.relevance[0] as Float32Array;
    differences.compare(
      `the relevance ${where}`,
      together.relevance[i] as Float32Array,
      wanted,
      sameNumbers(sum(wanted), `${score.kind} per position`),
    );
    onProgress(0.6 + (0.4 * (i + 1)) / points.length);
  }
  // The input passes all blocks as one row, which stands for the end of every path.
  const passing = await sweep([{ block: 0, alpha: 1 }, ...blocks.map((block) => ({ block, alpha: 1 }))]);
  for (const block of blocks) {
    const wanted = passing.relevance[block + 1] as Float32Array;
    differences.compare(
      `the relevance of the row that passes block ${block}`,
      passing.passing[block]?.[0] ?? [],
      wanted,
      sameNumbers(sum(wanted), `${score.kind} per position`),
    );
  }
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + Math.abs(value), 0);
