/** @file Variants of a text run through a model: the same numbers as one by one, whatever the batch. */

import type { ReplacementPart } from "@calig/core/internal/attribution/perturbable";
import { type Kept, only, without } from "@calig/core/internal/evaluation/features";
import { createProbe } from "@calig/core/internal/evaluation/perturbation";
import { textFeatures } from "@calig/core/internal/modality/text/features";
import { prepareText } from "@calig/core/internal/modality/text/prepare";
import { createTextReplacement } from "@calig/core/internal/modality/text/replacement";
import type { ScoreSpec } from "@calig/core/internal/program/score";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { createRandom } from "@calig/core/internal/util/random";
import { type LoadedModel, loadModel } from "@calig/node/internal/node/load-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const TEXT = "An unflinching, well-acted film (rare!) about nothing.";
const SCORE: ScoreSpec = { kind: "logit", activation: "softmax", target: 1 };

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

async function open(kind: "word" | "token", name: "mask" | "pad" = "mask") {
  const text = await prepareText(model, { text: TEXT });
  const input = (text.parts[0] as (typeof text.parts)[number]).input;
  const features = textFeatures(input.encoded, kind);
  return { text, input, features, replacement: createTextReplacement(model, text, features, name) };
}

describe("textFeatures()", () => {
  it("are the words, each with all its tokens, or the tokens, special ones in none", async () => {
    const { input, features } = await open("word");
    expect(features.map(({ start, end }) => TEXT.slice(start, end))).toEqual(
      input.encoded.words.map(({ text }) => text),
    );
    const special = input.features.flatMap((feature, position) => (feature.special ? [position] : []));
    const positions = features.flatMap((feature) => feature.positions);
    expect([...positions, ...special].sort((a, b) => a - b)).toEqual([...input.features.keys()]);
    const tokens = await open("token");
    expect(tokens.features.map((feature) => feature.positions)).toEqual(positions.map((position) => [position]));
  });
});

describe("createTextReplacement()", () => {
  it("puts the token on every position of a removed feature and changes nothing else", async () => {
    const { input, features, replacement } = await open("word", "pad");
    const feeds = (replacement.parts[0] as ReplacementPart).feeds([
      without(features.length, []),
      without(features.length, [1, 3]),
    ]);
    const { ids: name = "", mask = "" } = streamOf(model.anatomy).inputs;
    const length = input.encoded.ids.length;
    const rows = Array.from(feeds[name]?.data as BigInt64Array, Number);
    expect(feeds[name]?.shape).toEqual([2, length]);
    expect(rows.slice(0, length)).toEqual(input.encoded.ids);
    const removed = [1, 3].flatMap((feature) => features[feature]?.positions ?? []);
    const pad = model.tokenizer?.specialTokens.pad?.id;
    expect(rows.slice(length)).toEqual(input.encoded.ids.map((id, i) => (removed.includes(i) ? pad : id)));
    // Positions of removed features are still attended to: the text keeps its length.
    expect(new Set(Array.from(feeds[mask]?.data as BigInt64Array, Number))).toEqual(new Set([1]));
  });

  it("refuses a token that the tokenizer does not have, and lists those it has", async () => {
    const { text, features } = await open("word");
    const { mask: _mask, ...specialTokens } = (model.tokenizer as NonNullable<typeof model.tokenizer>).specialTokens;
    const without = {
      ...model,
      tokenizer: { ...(model.tokenizer as object), specialTokens },
    } as unknown as LoadedModel;
    expect(() => createTextReplacement(without, text, features, "mask")).toThrow(
      'Cannot use replacement "mask": the tokenizer of "sst2" has no such token; use one of "pad", "unk"',
    );
  });
});

describe("createProbe()", () => {
  const variants = (count: number): Kept[] => {
    const random = createRandom("variants");
    return Array.from({ length: 23 }, () =>
      only(
        count,
        Array.from({ length: count }, (_, feature) => feature).filter(() => random.next() < 0.5),
      ),
    );
  };

  it("says of a whole input what the forward pass says", async () => {
    const { input, features, replacement } = await open("word");
    const { logits } = await model.programs.forward(input.feeds);
    const [output] = await createProbe(model, replacement, SCORE).outputs([without(features.length, [])]);
    const [negative, positive] = Array.from(logits.data) as [number, number];
    expect(output?.score).toBeCloseTo(positive, 4);
    expect(output?.value).toBeCloseTo(1 / (1 + Math.exp(negative - positive)), 5);
    expect(output?.predictsTarget).toBe(positive > negative === (SCORE.target === 1));
  });

  it("does not depend on the batch size beyond rounding of float32", async () => {
    const { features, replacement } = await open("word");
    const asked = variants(features.length);
    const alone = await createProbe(model, replacement, SCORE, { batchSize: 1 }).values(asked);
    const some = await createProbe(model, replacement, SCORE, { batchSize: 5 }).values(asked);
    const all = await createProbe(model, replacement, SCORE).values(asked);
    // Logits of about 5 in float32 through six blocks.
    expect(some).toBeAllClose(alone, { atol: 2e-6, rtol: 0 });
    expect(all).toBeAllClose(alone, { atol: 2e-6, rtol: 0 });
    // The variants differ by much more than that.
    expect(Math.max(...alone) - Math.min(...alone)).toBeGreaterThan(0.1);
  });

  it("runs every variant once, in whatever calls it is asked for", async () => {
    const { features, replacement } = await open("token");
    const probe = createProbe(model, replacement, SCORE);
    const [a, b] = [without(features.length, [0]), without(features.length, [1])];
    const first = await probe.values([a, b, a]);
    expect(probe.evaluations()).toBe(2);
    const again = await probe.values([b, a, without(features.length, [2])]);
    expect(probe.evaluations()).toBe(3);
    expect(first[2]).toBe(first[0]);
    expect(again.slice(0, 2)).toEqual([first[1], first[0]]);
  });

  it("stops when it is aborted, and refuses a batch of none", async () => {
    const { features, replacement } = await open("token");
    const stopped = createProbe(model, replacement, SCORE, { signal: AbortSignal.abort(new Error("stop")) });
    await expect(stopped.values([without(features.length, [0])])).rejects.toThrow("stop");
    expect(() => createProbe(model, replacement, SCORE, { batchSize: 0 })).toThrow("Cannot use a batch size of 0");
  });
});
