/** @file Variants of a text run through a model: the same numbers as one by one, whatever the batch. */

import { createProbe, type VariantOutput } from "@calig/core/internal/attribution/probe";
import {
  type InputPool,
  type OpenReplacement,
  openReplacement,
  type ReplacementRequest,
  replacementOf,
} from "@calig/core/internal/attribution/replacement";
import { type Kept, only, without } from "@calig/core/internal/evaluation/features";
import { textFeatures } from "@calig/core/internal/modality/text/features";
import { type PreparedText, prepareText, type WholeText } from "@calig/core/internal/modality/text/prepare";
import type { ScoreSpec } from "@calig/core/internal/program/score";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
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

/** Other texts, in this order whatever is drawn. */
const POOL: InputPool = {
  name: "others",
  async *others(loaded) {
    for (const text of ["A dull story.", "Nobody expects anything unreasonable", "It drags on and on"]) {
      yield await prepareText(loaded, { text });
    }
  },
};

async function open(kind: "word" | "token", name = "mask", more: Partial<ReplacementRequest> = {}, of = model) {
  const text = await prepareText(model, { text: TEXT });
  const input = (text.parts[0] as (typeof text.parts)[number]).input;
  const features = textFeatures(input.encoded, kind);
  const replacement = await openReplacement(of, replacementOf(of, name), {
    whole: text,
    features,
    featureKind: kind,
    seed: 0,
    own: { text: TEXT },
    ...more,
  });
  return { text, input, features, replacement };
}

/** Token ids of the text with features removed by the first draw. */
function idsWithout({ draws: [draw] }: OpenReplacement, removed: readonly number[]): readonly number[] {
  return ((draw?.removed?.(removed)[0]?.input ?? expect.fail()) as PreparedText).encoded.ids;
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

describe("replacements of texts", () => {
  it("put the token on every position of a removed feature and change nothing else", async () => {
    const { input, features, replacement } = await open("word", "pad");
    const asked: Feeds[] = [];
    const programs = {
      ...model.programs,
      logits: async (feeds: Feeds) => {
        asked.push(feeds);
        return floatTensor([0], [1, 1]);
      },
    };
    const watched = await open("word", "pad", {}, { ...model, programs });
    await watched.replacement.draws[0]?.parts[0]?.logits([
      without(features.length, []),
      without(features.length, [1, 3]),
    ]);
    const { ids: name = "", mask = "" } = streamOf(model.anatomy).inputs;
    const [feeds = {}] = asked;
    const length = input.encoded.ids.length;
    const rows = Array.from(feeds[name]?.data as BigInt64Array, Number);
    expect(feeds[name]?.shape).toEqual([2, length]);
    expect(rows.slice(0, length)).toEqual(input.encoded.ids);
    const removed = [1, 3].flatMap((feature) => features[feature]?.positions ?? []);
    const pad = model.tokenizer?.specialTokens.pad?.id;
    const expected = input.encoded.ids.map((id, i) => (removed.includes(i) ? pad : id));
    expect(rows.slice(length)).toEqual(expected);
    expect(idsWithout(replacement, [1, 3])).toEqual(expected);
    // Positions of removed features are still attended to: the text keeps its length.
    expect(new Set(Array.from(feeds[mask]?.data as BigInt64Array, Number))).toEqual(new Set([1]));
  });

  it("refuse a token that the tokenizer does not have, and list those it has", async () => {
    const { mask: _mask, ...specialTokens } = (model.tokenizer as NonNullable<typeof model.tokenizer>).specialTokens;
    const without = {
      ...model,
      tokenizer: { ...(model.tokenizer as object), specialTokens },
    } as unknown as LoadedModel;
    await expect(open("word", "mask", {}, without)).rejects.toThrow(
      'Cannot use replacement "mask": the tokenizer of "sst2" has no such token; use one of "pad", "unk"',
    );
  });

  it("random-words puts words of other texts with as many tokens in the places of words, one for each word", async () => {
    const { input, features, replacement } = await open("word", "random-words", { pool: POOL });
    const all = [...features.keys()];
    const replaced = idsWithout(replacement, all);
    expect(replaced).toHaveLength(input.encoded.ids.length);
    const words = new Map<number, string[]>();
    for await (const other of POOL.others(model, {}, createRandom(0))) {
      const { ids } = (other as WholeText).whole;
      for (const { positions } of textFeatures((other as WholeText).whole, "word")) {
        const own = positions.map((position) => ids[position]);
        words.set(own.length, [...(words.get(own.length) ?? []), own.join()]);
      }
    }
    for (const { positions } of features) {
      const instead = positions.map((position) => replaced[position]).join();
      if (words.has(positions.length)) expect(words.get(positions.length)).toContain(instead);
      expect(instead).not.toBe(positions.map((position) => input.encoded.ids[position]).join());
    }
    const [first = 0, last = 0] = [input.encoded.ids[0], input.encoded.ids.at(-1)];
    expect([replaced[0], replaced.at(-1)]).toEqual([first, last]);
    // A word has the same stand-in whatever else is removed, and however often it is asked for.
    const again = (await open("word", "random-words", { pool: POOL })).replacement;
    const [second] = features[2]?.positions ?? [];
    expect(idsWithout(again, [2])[second as number]).toBe(replaced[second as number]);
    const other = (await open("word", "random-words", { pool: POOL, seed: 1 })).replacement;
    expect(idsWithout(other, all)).not.toEqual(replaced);
  });

  it("random-words refuses to draw from nothing", async () => {
    await expect(open("word", "random-words")).rejects.toThrow(
      'Cannot use replacement "random-words": removed features become words of other inputs, and there are no other inputs',
    );
    const empty: InputPool = { name: "none", async *others() {} };
    await expect(open("word", "random-words", { pool: empty })).rejects.toThrow("there are no other inputs");
  });

  it("drop says what the model says of the shorter text", async () => {
    const { features, replacement } = await open("word", "drop");
    const removed = features.flatMap(({ start, end }, f) =>
      /^(unflinching|rare|!)$/.test(TEXT.slice(start, end)) ? [f] : [],
    );
    expect(removed).toHaveLength(3);
    const shorter = await prepareText(model, { text: "An , well-acted film () about nothing." });
    const { logits } = await model.programs.forward(shorter.parts[0]?.input.feeds ?? expect.fail());
    const [whole, some, none] = await createProbe(model, replacement, SCORE).outputs([
      without(features.length, []),
      without(features.length, removed),
      without(features.length, [...features.keys()]),
    ]);
    expect(some?.score).toBeCloseTo(logits.data[1] as number, 4);
    const scores = [whole, some, none].map((output) => output?.score);
    expect(new Set(scores).size).toBe(3);
    expect(replacement.draws[0]?.removed).toBeUndefined();
  });

  it("of several draws, outputs are the means of theirs", async () => {
    const { features, replacement } = await open("word", "random-words", { pool: POOL, draws: 3 });
    const asked = [without(features.length, [0, 1, 2]), without(features.length, [3, 4])];
    const apart = await Promise.all(
      replacement.draws.map((draw) => createProbe(model, { ...replacement, draws: [draw] }, SCORE).outputs(asked)),
    );
    const probe = createProbe(model, replacement, SCORE);
    const together = await probe.outputs(asked);
    expect(probe.evaluations()).toBe(6);
    together.forEach(({ value, score }, i) => {
      const mean = (of: (output: VariantOutput) => number) =>
        apart.reduce((sum, outputs) => sum + of(outputs[i] as VariantOutput), 0) / 3;
      expect(value).toBeCloseTo(
        mean((output) => output.value),
        10,
      );
      expect(score).toBeCloseTo(
        mean((output) => output.score),
        10,
      );
    });
    expect(new Set(apart.map(([first]) => first?.value)).size).toBe(3);
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
