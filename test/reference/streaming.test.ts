/** @file Models of every family and from both exporters, run block by block: the same numbers as when they are run whole. */

import type { ScoreSpec } from "@calig/core/internal/program/score";
import type { TransformerGraph } from "@calig/core/internal/transformer/anatomy";
import { createSpillFile } from "@calig/node/internal/node/spill-file";
import { describe, it } from "vitest";
import { locateExport, onnxExports } from "../support/onnx-exports.ts";
import { type ParityCase, parityFeeds, parityModel, readParityFile } from "../support/parity.ts";
import { firstInput } from "../support/parity-suite.ts";
import { expectStreamed } from "../support/streamed.ts";

const CLASSES = 3;

const scoreOf = ({ target: { class: target, token } }: ParityCase, kind: ScoreSpec["kind"]): ScoreSpec => ({
  kind,
  activation: "softmax",
  target,
  ...(token === undefined ? {} : { position: token }),
});

const check = (reference: ParityCase, forward: TransformerGraph, sweep: TransformerGraph, kind: ScoreSpec["kind"]) =>
  expectStreamed(forward, sweep, {
    feeds: firstInput(parityFeeds(forward, reference)),
    score: scoreOf(reference, kind),
    classes: CLASSES,
    spill: () => createSpillFile(),
  });

/** The first model of every type. */
const cases = ["text", "vision"]
  .flatMap((name) => readParityFile(name).cases)
  .filter(({ config }, i, all) => all.findIndex((other) => other.config.model_type === config.model_type) === i);

describe.each(cases.map((reference) => [reference.name, reference] as const))("%s", (_, reference) => {
  it("is the same block by block", async () => {
    const sweep = parityModel(reference, { lastBlock: "pooled" });
    await check(reference, parityModel(reference), sweep, "margin");
  });
});

const exports = onnxExports().filter(({ file }) => /^(bert|deberta)/.test(file));

describe.each(exports.map((exported) => [exported.name, exported] as const))("%s", (_, exported) => {
  it("is the same block by block", async () => {
    const model = locateExport(exported);
    await check(exported.reference, model, model, "log-probability");
  });
});
