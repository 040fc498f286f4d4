/** @file The caller's own text, picture or tensor as the baseline: the model runs on it, and every block explains the difference. */

import { baselineStates } from "@calig/core/internal/attribution/baseline/baseline";
import { prepareText } from "@calig/core/internal/modality/text/prepare";
import {
  type Dataset,
  type ExplainOptions,
  evaluate,
  explain,
  type FloatTensor,
  floatTensor,
  InvalidOptionError,
  type LoadedModel,
  loadModel,
  METRICS,
  type Metric,
  type NamedMethod,
  optionsTakenBy,
  type RgbImage,
  rgbImage,
  ShapeError,
  type StoredMeasurement,
  type TextExplanation,
} from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completenessOf } from "../support/completeness.ts";
import { uniform } from "../support/hashed-weights.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const METHODS = ["ca-lig", "integrated-gradients", "occlusion"] as const;
const TEXT = "a fine film about nothing at all";
/** As many tokens as `TEXT` has. */
const OTHER = "the dull story of a long end";
const TOKENS = TEXT.split(" ").length;
const masks = (count: number) => Array.from({ length: count }, () => "[MASK]").join(" ");
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const codes = ({ warnings }: { readonly warnings: readonly { readonly code: string }[] }) =>
  warnings.map(({ code }) => code);

let folder: string;
let text: LoadedModel;
let vision: LoadedModel;
beforeAll(async () => {
  folder = await tempFolder(tinyBertFiles());
  text = await loadModel(folder);
  vision = await loadModel(await tempFolder(tinyVitFiles()));
});
afterAll(async () => {
  await text.dispose();
  await vision.dispose();
});

describe("a text as the baseline", () => {
  it.each(METHODS)("%s starts from what the model says of that text", async (method) => {
    const options = { method, target: "yes", baseline: { text: OTHER } } as const;
    const explanation = await explain(text, TEXT, options);
    const { target } = await explain(text, OTHER, { target: "yes", steps: 1 });
    const { scoreAtInput, scoreAtBaseline, delta } = completenessOf(explanation);
    expect(scoreAtBaseline).toBeCloseTo(target.score, 5);
    expect(delta).toBeCloseTo(sum(explanation.attribution) - (scoreAtInput - scoreAtBaseline), 8);
    expect(Math.abs(scoreAtInput - scoreAtBaseline)).toBeGreaterThan(1e-4);
    for (const { completeness, relevance } of explanation.blocks) {
      expect(completeness.relativeError).toBeLessThanOrEqual(0.01);
      expect(completeness.scoreAtBaseline).toBeCloseTo(scoreAtBaseline, 6);
      expect(sum(relevance)).toBeCloseTo(completeness.sum, 8);
    }
    expect(explanation.warnings).toEqual([]);
    expect(explanation.method.options.baseline).toEqual({ text: OTHER });
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });

  it.each(METHODS)("%s gives for mask tokens what it gives for the baseline mask", async (method) => {
    const of = (baseline: ExplainOptions["baseline"]) => explain(text, TEXT, { method, baseline: baseline ?? [] });
    const own = await of({ text: masks(TOKENS) });
    expect(own.attribution).toEqual((await of("mask")).attribution);
    expect(own.warnings).toEqual([]);
  });

  it("is filled up with the token of the default baseline, or cut, and says so", async () => {
    const of = (own: string) => explain(text, TEXT, { steps: 4, tolerance: 1, baseline: { text: own } });
    const short = await of("the dull");
    expect(short.attribution).toEqual((await of(`the dull ${masks(TOKENS - 2)}`)).attribution);
    expect(short.warnings).toEqual([
      {
        code: "baseline-fitted",
        message: 'The baseline text has 2 tokens for 7 of the input: "[MASK]" stands for the others',
      },
    ]);
    const long = await of(`${OTHER} and more`);
    expect(long.attribution).toEqual((await of(OTHER)).attribution);
    expect(long.warnings.map(({ message }) => message)).toEqual([
      "The baseline text has 9 tokens for 7 of the input: its last 2 were left out",
    ]);
  });

  it("is a pair where the input is one", async () => {
    const pair = { text: "a fine film", pair: "it is not bad" };
    const other = { text: "the dull story", pair: "of a long" };
    const explanation = await explain(text, pair, { target: 1, baseline: other });
    const filled = { text: other.text, pair: `${other.pair} [MASK]` };
    const { target } = await explain(text, filled, { target: 1, steps: 1 });
    expect(completenessOf(explanation).scoreAtBaseline).toBeCloseTo(target.score, 5);
    expect(explanation.warnings.map(({ message }) => message)).toEqual([
      'The second baseline text has 3 tokens for 4 of the input: "[MASK]" stands for the others',
    ]);
    expect(explanation.method.options.baseline).toEqual(other);
    await expect(explain(text, pair, { baseline: { text: "a" } })).rejects.toThrow(
      'Cannot use a baseline of 1 text: the input has 2 texts; give the second one as "pair"',
    );
    await expect(explain(text, TEXT, { baseline: other })).rejects.toThrow(
      'Cannot use a baseline of 2 texts: the input has 1 text; leave "pair" out',
    );
  });

  it("is one of several, averaged", async () => {
    const wanted = { steps: 6, tolerance: 1 } as const;
    const baselines = ["pad", { text: OTHER }, { text: "the dull" }] as const;
    for (const method of METHODS) {
      const options = optionsTakenBy(method, wanted);
      const single: TextExplanation[] = [];
      for (const baseline of baselines) single.push(await explain(text, TEXT, { ...options, method, baseline }));
      const several = await explain(text, TEXT, { ...options, method, baseline: baselines });
      const means = several.attribution.map(
        (_, t) => sum(single.map(({ attribution }) => attribution[t] as number)) / 3,
      );
      expect(several.attribution, method).toBeAllClose(means, { rtol: 1e-5, atol: 1e-7 });
      expect(several.method.options.baseline).toEqual(baselines);
      expect(codes(several)).toEqual(["baseline-fitted"]);
    }
  });

  it("is read in the windows of a long text, each the same places", async () => {
    const vocabulary = "the film is good bad long dull bright story and of a with no end it".split(" ");
    const words = (count: number, step: number) =>
      Array.from({ length: count }, (_, i) => vocabulary[(i * i + step * i) % 16] as string).join(" ");
    const [long, other] = [words(150, 3), words(150, 5)];
    const options = { steps: 2, tolerance: 10, target: 1 };
    const own = await explain(text, long, { ...options, baseline: { text: other } });
    // The model reads the other text in the same windows: its score is the mean of theirs too.
    const { target } = await explain(text, other, options);
    expect(completenessOf(own).scoreAtBaseline).toBeCloseTo(target.score, 5);
    expect(codes(own)).toEqual(["windows"]);
    const short = await explain(text, long, { ...options, baseline: { text: words(70, 5) } });
    expect(short.warnings.slice(1).map(({ message }) => message)).toEqual([
      'Part 2 of 3: The baseline text has 26 tokens for 62 of the input: "[MASK]" stands for the others',
      'Part 3 of 3: The baseline text has 0 tokens for 62 of the input: "[MASK]" stands for the others',
    ]);
    const longer = await explain(text, long, { ...options, baseline: { text: `${other} and more` } });
    expect(longer.attribution).toEqual(own.attribution);
    expect(longer.warnings.slice(1).map(({ message }) => message)).toEqual([
      "Part 3 of 3: The baseline text has 152 tokens for 150 of the input: its last 2 were left out",
    ]);
  });

  it("must have a word, and the input must be a text", async () => {
    await expect(explain(text, TEXT, { baseline: { text: "  " } })).rejects.toThrow(
      'Cannot use the text "  " as the baseline: none of it becomes a token; give a text with words',
    );
    await expect(explain(vision, { image: syntheticPicture(16, 16) }, { baseline: { text: OTHER } })).rejects.toThrow(
      'Cannot use a text as the baseline of an image: give an image, or one of "blur", "black", "white", "mean", "noise", "zero"',
    );
  });
});

describe("a picture as the baseline", () => {
  const PICTURE = { image: syntheticPicture(20, 16) };
  const plain = (width: number, height: number, byte: number): RgbImage =>
    rgbImage(width, height, new Uint8Array(width * height * 3).fill(byte));
  const other = syntheticPicture(31, 17);

  it.each(METHODS)("%s starts from what the model says of that picture", async (method) => {
    const options = { method, target: "star", baseline: { image: other } } as const;
    const explanation = await explain(vision, PICTURE, options);
    const { target } = await explain(vision, { image: other }, { target: "star", steps: 1 });
    const { scoreAtInput, scoreAtBaseline, delta } = completenessOf(explanation);
    expect(scoreAtBaseline).toBeCloseTo(target.score, 5);
    expect(delta).toBeCloseTo(sum(explanation.attribution) - (scoreAtInput - scoreAtBaseline), 8);
    for (const { completeness } of explanation.blocks) expect(completeness.relativeError).toBeLessThanOrEqual(0.01);
    expect(explanation.method.options.baseline).toEqual({
      image: "31x17",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });

  it.each([
    ["black", 0],
    ["white", 255],
  ] as const)("gives for a %s picture of any size what that baseline gives", async (baseline, byte) => {
    for (const method of METHODS) {
      const own = await explain(vision, PICTURE, { method, baseline: { image: plain(7, 50, byte) } });
      expect(own.attribution).toEqual((await explain(vision, PICTURE, { method, baseline })).attribution);
    }
  });

  it("carries on what was left out of the picture", async () => {
    const warning = { code: "first-picture-only", message: "The file holds 2 pictures: only the first is used" };
    const image = { ...other, warnings: [warning] };
    for (const baseline of [{ image }, ["black", { image }] as const]) {
      expect((await explain(vision, PICTURE, { steps: 2, tolerance: 10, baseline })).warnings).toEqual([warning]);
    }
  });

  it("needs a picture as the input", async () => {
    await expect(explain(text, TEXT, { baseline: { image: other } })).rejects.toThrow(
      'Cannot use an image as the baseline of a text: give a text, or one of "mask", "pad", "unk", "mean", "zero-embedding", "zero"',
    );
  });

  it("is kept apart from others in evaluations, and small in their results", async () => {
    const dataset: Dataset = {
      name: "pictures",
      items: [{ line: 1, input: { name: "noise", load: async () => PICTURE } }],
      problems: [],
    };
    const named = (name: string, image: RgbImage): NamedMethod => ({
      name,
      options: { method: "integrated-gradients", steps: 2, tolerance: 10, baseline: { image } },
    });
    const stored = new Map<string, StoredMeasurement>();
    const { methods, results } = await evaluate(vision, dataset, {
      namedMethods: [named("one", other), named("two", plain(16, 16, 99)), named("again", other)],
      metrics: METRICS.filter(({ name }: Metric) => name === "comprehensiveness"),
      store: {
        get: (key) => stored.get(key),
        put: async (key, measurement) => void stored.set(key, measurement),
      },
    });
    expect(stored.size).toBe(2);
    // The picture alone has 1581 bytes.
    expect(Math.max(...[...stored.keys()].map((key) => key.length))).toBeLessThan(1500);
    expect(methods[0]?.options.baseline).toEqual(methods[2]?.options.baseline);
    expect(methods[0]?.options.baseline).not.toEqual(methods[1]?.options.baseline);
    const figure = (method: string) => results.find((result) => result.method === method)?.value;
    expect(figure("again")).toBe(figure("one"));
    expect(figure("two")).not.toBe(figure("one"));
  });
});

describe("a hidden state as the baseline", () => {
  const state = async (name: "mask" | "mean") => {
    const { parts } = await prepareText(text, { text: TEXT });
    const { hiddenStates } = await baselineStates(text, (parts[0] as (typeof parts)[number]).input, name, 0);
    return hiddenStates[0] as FloatTensor;
  };
  const random = (shape: readonly number[]) =>
    floatTensor(
      uniform(
        "state",
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    );

  it.each(METHODS)("%s gives for the first state of a baseline what that baseline gives", async (method) => {
    for (const name of ["mask", "mean"] as const) {
      const { data, shape } = await state(name);
      const own = await explain(text, TEXT, { method, baseline: { hiddenState: floatTensor(data, shape.slice(1)) } });
      const { attribution } = await explain(text, TEXT, { method, baseline: name });
      expect(own.attribution).toBeAllClose(attribution, { rtol: 1e-4, atol: 1e-6 });
    }
  });

  it("keeps completeness, of texts and of pictures, held whole or block by block", async () => {
    const hiddenState = random([TOKENS + 2, 16]);
    const whole = await explain(text, TEXT, { baseline: { hiddenState } });
    const picture = await explain(
      vision,
      { image: syntheticPicture(16, 16) },
      { baseline: ["black", { hiddenState: random([1, 17, 16]) }] },
    );
    for (const { blocks, warnings } of [whole, picture]) {
      expect(warnings).toEqual([]);
      for (const { completeness } of blocks) expect(completeness.relativeError).toBeLessThanOrEqual(0.01);
    }
    expect(whole.method.options.baseline).toEqual({
      hiddenState: [9, 16],
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await using streamed = await loadModel(folder, { stream: true });
    expect((await explain(streamed, TEXT, { baseline: { hiddenState } })).attribution).toBeAllClose(whole.attribution, {
      rtol: 1e-4,
      atol: 1e-6,
    });
  });

  it("must have the shape of the input's, and finite numbers", async () => {
    const own = (hiddenState: FloatTensor, options: ExplainOptions = {}) =>
      explain(text, TEXT, { ...options, baseline: { hiddenState } });
    await expect(own(random([4, 16]))).rejects.toThrow(ShapeError);
    await expect(own(random([4, 16]))).rejects.toThrow(
      "Cannot use a baseline of float32 of shape [4, 16]: hidden state 0 of the input is float32 of shape [1, 9, 16]",
    );
    const broken = random([9, 16]);
    broken.data[5] = Number.NaN;
    await expect(own(broken)).rejects.toThrow(
      "Cannot use the hidden state as the baseline: element 5 is NaN; give finite numbers",
    );
  });

  it("is refused for a text in windows, taken for its beginning", async () => {
    const long = Array.from({ length: 80 }, () => "film").join(" ");
    const options = { steps: 2, tolerance: 10, baseline: { hiddenState: random([64, 16]) } };
    await expect(explain(text, long, options)).rejects.toThrow(
      'Cannot use a hidden state as the baseline of a text that is read in several windows: each has hidden states of its own; use longText "truncate", or a baseline text',
    );
    expect(codes(await explain(text, long, { ...options, longText: "truncate" }))).toEqual(["truncated"]);
  });
});

it("a baseline of the caller's own is of exactly one kind", async () => {
  const of = (baseline: object) => explain(text, TEXT, { baseline: baseline as never });
  await expect(of({ text: "a", image: syntheticPicture(2, 2) })).rejects.toThrow(
    'Cannot use a baseline with the fields "text", "image": give a name, or exactly one of "text", "image" and "hiddenState"',
  );
  await expect(of({ file: "a.png" })).rejects.toThrow(InvalidOptionError);
  await expect(of({})).rejects.toThrow("Cannot use a baseline with no fields: give a name");
});
