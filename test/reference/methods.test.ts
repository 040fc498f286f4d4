/**
 * @file Maps of the methods to compare with against Captum and PyTorch in float64, on models whose heads read a class
 * token, one token, or the mean, and on images.
 *
 * The reference is test/golden/methods.json, made by tools/make_methods_reference.py.
 */

import { readFileSync } from "node:fs";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { MethodContext } from "@calig/core/internal/attribution/method";
import { methodByName } from "@calig/core/internal/attribution/methods";
import { GENERAL_OPTIONS, METHOD_OPTIONS } from "@calig/core/internal/attribution/options";
import type { PreparedInput } from "@calig/core/internal/attribution/prepared-input";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import { modalityOf } from "@calig/core/internal/modality/modality-of";
import { resolveOptions } from "@calig/core/internal/options/resolve";
import { Programs } from "@calig/core/internal/program/programs";
import { evaluateScore, logitsRow, type ScoreSpec } from "@calig/core/internal/program/score";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import { type ParityCase, parityFeeds, parityModel } from "../support/parity.ts";

interface Case extends ParityCase {
  /** Positions of special features. */
  readonly special: readonly number[];
  readonly score: number;
  /** One number per position, by method; occlusion with zero in place of a feature, and paths from zero. */
  readonly maps: Readonly<Record<string, readonly number[]>>;
}

const { cases } = JSON.parse(readFileSync(new URL("../golden/methods.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

/** Largest deviation allowed, relative to the largest value of the map: float32 against float64. */
const TOLERANCE = 1e-4;

/** What methods get of a model without tokenizer or picture. */
async function contextOf(reference: Case, memory?: number): Promise<MethodContext & { readonly programs: Programs }> {
  const forwardGraph = parityModel(reference);
  const programs = new Programs({
    forward: forwardGraph,
    sweep: parityModel(reference, { lastBlock: "pooled" }),
    classes: 3,
    runtime: createNodeRuntime(),
    session: { threads: 1 },
  });
  const { anatomy } = forwardGraph;
  const feeds = parityFeeds(forwardGraph, reference);
  const forward = await programs.forward(feeds);
  const positions = forward.hiddenStates[0]?.shape[1] ?? 0;
  const features = Array.from({ length: positions }, (_, t) => ({ special: reference.special.includes(t) }));
  const { class: target, token } = reference.target;
  const position = token === undefined ? {} : { position: token };
  const score: ScoreSpec = { kind: "logit", activation: "softmax", target, ...position };
  const platform = { now: () => 0, residentBytes: () => 0, freeBytes: () => 0 };
  return {
    programs,
    model: {
      anatomy,
      modality: modalityOf(streamOf(anatomy).kind, MODALITIES),
      programs,
      platform,
    } as unknown as ExplainableModel,
    input: {
      kind: streamOf(anatomy).kind,
      feeds,
      features,
      replaceable: Float32Array.from(features, ({ special }) => (special ? 0 : 1)),
      warnings: [],
    } as unknown as PreparedInput,
    forward,
    score,
    scoreAtInput: evaluateScore(score, logitsRow(forward.logits, score.position)),
    options: {
      ...resolveOptions({ ...GENERAL_OPTIONS, ...METHOD_OPTIONS }, { baseline: "zero" }),
      ...(memory === undefined ? {} : { memory }),
    },
    onProgress: () => {},
  };
}

/** Perception through all blocks, whatever the default is. */
const allBlocks = <T extends MethodContext>(name: string, context: T): T =>
  name === "beyond-intuition"
    ? { ...context, options: { ...context.options, layers: [...Array(context.model.programs.blocks).keys()] } }
    : context;

describe.each(cases.map((reference) => [reference.name, reference] as const))("%s", (_, reference) => {
  it("has the maps of the reference", async () => {
    const context = await contextOf(reference);
    expect(context.scoreAtInput).toBeCloseTo(reference.score, 5);
    for (const [name, expected] of Object.entries(reference.maps)) {
      const { attribution } = await methodByName(name).run(allBlocks(name, context));
      const scale = Math.max(...expected.map(Math.abs));
      expect(
        attribution.map((value) => value / scale),
        name,
      ).toBeAllClose(
        expected.map((value) => value / scale),
        { rtol: 0, atol: TOLERANCE },
      );
    }
    await context.programs.dispose();
  });

  it("does not depend on how many occluded inputs are run at once", async () => {
    const context = await contextOf(reference, 1);
    const { attribution } = await methodByName("occlusion").run(context);
    expect(attribution).toBeAllClose(reference.maps.occlusion ?? [], { rtol: 1e-3, atol: 1e-5 });
    await context.programs.dispose();
  });
});
