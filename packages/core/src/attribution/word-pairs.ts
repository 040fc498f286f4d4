/**
 * @file Which word of a text with which of the other one: the interaction of the two sides of a similarity, as a map of second
 * order (Möller, Nikolaev, Padó 2023, An Attribution Method for Siamese Encoders; Janizek et al. 2021).
 *
 * u(x) is the embedding, of length 1 for the cosine. The part of a word in it is the integral of its derivative with respect to
 * that word alone along the path from the baseline, as Integrated Gradients, with a value for every number of the embedding:
 * c_w = integral of du(B + a (H - B)) / dH_w (H_w - B_w) da, and the parts of all words add up to u(H) - u(B). A pair of words
 * has the product of its two parts. All pairs add up to
 *
 *   s(x, y) - s(x, baseline of y) - s(baseline of x, y) + s(both baselines),
 *
 * which is what neither side has alone.
 */

import { InputError } from "../errors.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { WordPairs } from "./explanation.ts";
import type { TextInput } from "./input.ts";
import { quadratureRule } from "./integral/quadrature.ts";
import { prepareInput } from "./modality.ts";
import type { Part } from "./prepared-input.ts";
import type { ResolvedRun } from "./resolve-run.ts";

/** Places on the path, until the parts add up: each try has twice as many. */
const FIRST_POINTS = 8;
const MOST_POINTS = 64;
/** Share by which they may miss the embedding. */
const TOLERANCE = 1e-3;
/**
 * Distance between the two states that a derivative is the difference of, as a share of the path: three times as far apart the
 * bend of the path shows (3.7e-4 in a pair of the tests, for 4.4e-5), and nearer the rounding of float32.
 */
const STEP = 1e-3;
/** Positions of one run. */
const RUN_POSITIONS = 4096;

/** The parts of the words of one text in its embedding. */
interface Side {
  readonly text: string;
  readonly words: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  /** Of each word [words][numbers], and last of what is in no word. */
  readonly parts: readonly Float64Array[];
  readonly embedding: Float64Array;
  readonly baseline: Float64Array;
  readonly points: number;
  readonly evaluations: number;
}

/**
 * The interaction of every word of a text with every word of the one that it is compared with.
 *
 * Cost: for each text forward passes, two for each of its words and each of 8 to 64 places on the path.
 *
 * @throws {InputError} When the input is not compared with one text.
 */
export async function wordPairs(
  model: ExplainableModel,
  input: object,
  { options }: Pick<ResolvedRun, "options">,
): Promise<WordPairs> {
  const { text, textPrompt, withPrompt, pair, with: other = pair } = input as TextInput;
  if (model.sentences === undefined || typeof other !== "string") {
    throw new InputError(
      `Cannot explain pairs of words with model "${model.facts.id}": that is done of the similarity of two texts; give a model that makes embeddings and one text that this one is compared with ("with"), or leave "pairs" out`,
    );
  }
  const isCosine = model.sentences.similarity !== "dot";
  const named = (value: string | undefined) => (value === undefined ? {} : { textPrompt: value });
  const own = await sideOf(model, { text, ...named(textPrompt) }, isCosine, options);
  const theirs = await sideOf(model, { text: other, ...named(withPrompt) }, isCosine, options);
  const values = own.parts.map((part) => theirs.parts.map((one) => dot(part, one)));
  const sum = values.reduce((total, row) => total + row.reduce((all, value) => all + value, 0), 0);
  const interaction =
    dot(own.embedding, theirs.embedding) -
    dot(own.embedding, theirs.baseline) -
    dot(own.baseline, theirs.embedding) +
    dot(own.baseline, theirs.baseline);
  const words = values.slice(0, -1).map((row) => row.slice(0, -1));
  const inWords = words.reduce((total, row) => total + row.reduce((all, value) => all + value, 0), 0);
  return {
    other: { text: theirs.text, words: theirs.words },
    values: words,
    rest: sum - inWords,
    sum,
    interaction,
    relativeError: Math.abs(sum - interaction) / Math.max(Math.abs(interaction), Number.EPSILON),
    points: Math.max(own.points, theirs.points),
    modelEvaluations: own.evaluations + theirs.evaluations,
  };
}

async function sideOf(
  model: ExplainableModel,
  input: TextInput,
  isCosine: boolean,
  { baseline: asked, seed, signal }: ResolvedRun["options"],
): Promise<Side> {
  const { baselines } = model.modality;
  const whole = await prepareInput(model, input);
  const [{ input: prepared }] = whole.parts as readonly [Part];
  const forward = await model.programs.forward(prepared.feeds);
  const name = typeof asked === "string" ? asked : baselines.defaultName(model);
  const states = await baselines.states(model, prepared, name, seed);
  const [to, from] = [forward.hiddenStates[0], states.hiddenStates[0]] as [FloatTensor, FloatTensor];
  const described = model.modality.describe(model, whole, new Array<number>(prepared.features.length).fill(0));
  const { words, features } = described as unknown as Pick<Side, "words"> & {
    readonly features: readonly { readonly word: number | null }[];
  };
  const groups = words.map((_, w) => [...features.keys()].filter((t) => features[t]?.word === w));
  groups.push([...features.keys()].filter((t) => (features[t]?.word ?? null) === null));
  const ends = await embeddings(model, prepared.feeds, [to, from], isCosine);
  const [embedding, baseline] = ends as [Float64Array, Float64Array];
  const difference = embedding.map((value, d) => value - (baseline[d] as number));
  for (let points = FIRST_POINTS; ; points *= 2) {
    const parts = await partsOf(model, prepared.feeds, { to, from }, groups, points, isCosine, signal);
    const missed = difference.map((value, d) => value - parts.reduce((sum, part) => sum + (part[d] as number), 0));
    if (norm(missed) <= TOLERANCE * norm(difference) || points >= MOST_POINTS) {
      const evaluations = 4 + 2 * groups.length * (2 * points - FIRST_POINTS);
      return { text: input.text, words, parts, embedding, baseline, points, evaluations };
    }
  }
}

/** The integrals of the derivatives with respect to each group of positions, by differences in the middle. */
async function partsOf(
  model: ExplainableModel,
  feeds: Parameters<ExplainableModel["programs"]["forward"]>[0],
  { to, from }: { readonly to: FloatTensor; readonly from: FloatTensor },
  groups: readonly (readonly number[])[],
  points: number,
  isCosine: boolean,
  signal: AbortSignal | undefined,
): Promise<readonly Float64Array[]> {
  const [, positions = 0, width = 0] = to.shape;
  const { nodes, weights } = quadratureRule("gauss-legendre", points);
  const parts: (Float64Array | undefined)[] = groups.map(() => undefined);
  const size = Math.max(1, Math.floor(RUN_POSITIONS / positions / 2));
  const rows = nodes.flatMap((node, n) => groups.map((_, g) => ({ node, weight: weights[n] as number, g })));
  for (let start = 0; start < rows.length; start += size) {
    signal?.throwIfAborted();
    const batch = rows.slice(start, start + size);
    const states = batch.flatMap(({ node, g }) =>
      [STEP, -STEP].map((step) => {
        const state = to.data.map((value, i) => (from.data[i] as number) + node * (value - (from.data[i] as number)));
        for (const position of groups[g] ?? []) {
          for (let i = position * width; i < (position + 1) * width; i++) {
            state[i] = (state[i] as number) + step * ((to.data[i] as number) - (from.data[i] as number));
          }
        }
        return floatTensor(state, [1, positions, width]);
      }),
    );
    const found = await embeddings(model, feeds, states, isCosine);
    for (const [r, { g, weight }] of batch.entries()) {
      const [up, down] = [found[2 * r], found[2 * r + 1]] as [Float64Array, Float64Array];
      const part = parts[g] ?? new Float64Array(up.length);
      for (let d = 0; d < part.length; d++) {
        part[d] = (part[d] as number) + (weight * ((up[d] as number) - (down[d] as number))) / (2 * STEP);
      }
      parts[g] = part;
    }
  }
  return parts as Float64Array[];
}

/** Embeddings of first hidden states [1, positions, width], of length 1 for the cosine. */
async function embeddings(
  model: ExplainableModel,
  feeds: Parameters<ExplainableModel["programs"]["forward"]>[0],
  states: readonly FloatTensor[],
  isCosine: boolean,
): Promise<Float64Array[]> {
  const [, positions = 0, width = 0] = states[0]?.shape ?? [];
  const data = new Float32Array(states.length * positions * width);
  states.forEach((state, row) => {
    data.set(state.data, row * positions * width);
  });
  const hiddenState = floatTensor(data, [states.length, positions, width]);
  const { data: all } = await model.programs.logitsFrom({ block: 0, hiddenState, feeds });
  const numbers = all.length / states.length;
  return states.map((_, row) => {
    const vector = Float64Array.from(all.subarray(row * numbers, (row + 1) * numbers));
    const length = isCosine ? norm(vector) : 1;
    return vector.map((value) => value / length);
  });
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, d) => sum + value * (b[d] as number), 0);

const norm = (vector: ArrayLike<number>): number => Math.sqrt(dot(vector, vector));
