/** @file Whether a model that is run block by block computes what it computes as a whole. */

import type { ModelPrograms, SweepPoint } from "@calig/core/internal/program/model-programs";
import { Programs } from "@calig/core/internal/program/programs";
import type { ScoreSpec } from "@calig/core/internal/program/score";
import type { Spill } from "@calig/core/internal/program/state-store";
import { StreamedPrograms } from "@calig/core/internal/program/streamed-programs";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { type FloatTensor, floatTensor } from "@calig/core/internal/tensor/tensor";
import type { TransformerGraph } from "@calig/core/internal/transformer/anatomy";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { expect } from "vitest";
import { keptSessions } from "./kept-sessions.ts";

/** Largest deviation allowed, relative to the largest number: float32, sums in another order. */
const TOLERANCE = 1e-5;
/** So little that every row is run alone. */
const TINY_MEMORY = 1;

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, what: string): void {
  const scale = Math.max(1e-3, ...Array.from(wanted, Math.abs));
  expect(
    Array.from(found, (value) => value / scale),
    what,
  ).toBeAllClose(
    Array.from(wanted, (value) => value / scale),
    { rtol: 0, atol: TOLERANCE },
  );
}

function expectSameTensors(found: readonly FloatTensor[], wanted: readonly FloatTensor[], what: string): void {
  expect(
    found.map(({ shape }) => shape),
    what,
  ).toEqual(wanted.map(({ shape }) => shape));
  for (const [i, { data }] of wanted.entries()) expectClose((found[i] as FloatTensor).data, data, `${what} ${i}`);
}

function expectSameRows(found: readonly Float32Array[], wanted: readonly Float32Array[], what: string): void {
  expect(found, what).toHaveLength(wanted.length);
  const numbers = (rows: readonly Float32Array[]) => rows.flatMap((row) => [...row]);
  expectClose(numbers(found), numbers(wanted), what);
}

/** Points of all blocks: uneven numbers, the input first. */
const pointsOf = (blocks: number): SweepPoint[] => [
  { block: 0, alpha: 1 },
  ...Array.from({ length: blocks }, (_, block) =>
    Array.from({ length: 2 + (block % 3) }, (_, i) => ({ block, alpha: (i + 0.5) / 4 })),
  ).flat(),
];

/** Checks every computation of a model, with room for all rows at once and for one. */
export async function expectStreamed(
  forward: TransformerGraph,
  sweep: TransformerGraph,
  { feeds, score, classes, spill }: { feeds: Feeds; score: ScoreSpec; classes: number; spill?: () => Spill },
): Promise<void> {
  // Blocks are loaded again and again, here and with less memory: what they compute is asked, not how often they are compiled.
  const engine = keptSessions(createNodeRuntime());
  const source = { forward, sweep, classes, runtime: engine.runtime, session: { threads: 1 } };
  const whole = new Programs(source);
  const streams: readonly ModelPrograms[] = [
    new StreamedPrograms({ ...source, memoryBytes: 2 ** 30 }),
    new StreamedPrograms({ ...source, memoryBytes: TINY_MEMORY, ...(spill === undefined ? {} : { spill: spill() }) }),
  ];
  const { logits, hiddenStates } = await whole.forward(feeds);
  const baselines = hiddenStates.map(({ data, shape }) =>
    floatTensor(
      data.map((x, i) => 0.8 * x + 0.01 * (i % 3)),
      shape,
    ),
  );
  const points = pointsOf(whole.blocks);
  const request = { hiddenStates, baselines, score, points, feeds };
  const late = { ...request, points: points.filter(({ block }) => block === whole.blocks - 1) };
  const [first = floatTensor([], [0])] = hiddenStates;
  const rows = floatTensor([...first.data, ...(baselines[0]?.data ?? [])], [2, ...first.shape.slice(1)]);
  const last = whole.blocks - 1;
  const wanted = {
    logits: await whole.logits(feeds),
    sweep: await whole.sweep(request),
    late: await whole.sweep(late),
    logitsFrom: await whole.logitsFrom({ block: 0, hiddenState: rows, feeds }),
    attention: await whole.attention({ block: 0, last, hiddenState: rows, feeds }),
    gradient: await whole.hiddenGradient({ block: 0, hiddenState: rows, feeds, score }),
    attentionGradients: await whole.attentionGradients({ hiddenState: rows, feeds, score }),
  };
  await whole.dispose();
  for (const streamed of streams) {
    const found = await streamed.forward(feeds);
    expectSameTensors([found.logits, ...found.hiddenStates], [logits, ...hiddenStates], "forward");
    expectSameTensors([await streamed.logits(feeds)], [wanted.logits], "logits");
    for (const [name, asked] of [["sweep", request] as const, ["late", late] as const]) {
      const shares: number[] = [];
      const { scores, relevance, passing, attention } = await streamed.sweep({
        ...asked,
        onPiece: (done) => shares.push(done),
      });
      expectClose(scores, wanted[name].scores, `scores of ${name}`);
      expectSameRows(relevance, wanted[name].relevance, `relevance of ${name}`);
      for (const [block, rows] of wanted[name].passing.entries()) {
        expectSameRows(passing[block] ?? [], rows, `passing rows of ${name} at block ${block}`);
      }
      expectSameTensors(attention, wanted[name].attention, `attention of ${name}`);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares.at(-1)).toBeCloseTo(1, 9);
    }
    const state = { block: 0, hiddenState: rows, feeds };
    expectSameTensors([await streamed.logitsFrom(state)], [wanted.logitsFrom], "logits from a block");
    expectSameTensors(await streamed.attention({ ...state, last }), wanted.attention, "attention");
    const { scores, gradient } = await streamed.hiddenGradient({ ...state, score });
    expectClose(scores, wanted.gradient.scores, "scores of states");
    expectSameTensors([gradient], [wanted.gradient.gradient], "gradient");
    const attention = await streamed.attentionGradients({ ...state, score });
    expectSameTensors(attention.probabilities, wanted.attentionGradients.probabilities, "probabilities");
    expectSameTensors(attention.gradients, wanted.attentionGradients.gradients, "attention gradients");
    await streamed.dispose();
  }
  expect(engine.open(), "programs that were not given back").toBe(0);
  await engine.dispose();
}
