/** @file Explanations of every kind that a summary must tell: made up, with numbers that add up, the same each time. */

import type {
  Counterfactual,
  Explanation,
  ExplanationCommon,
  ImageExplanation,
  ModelCard,
  Prediction,
  TextExplanation,
  TokenFeature,
  Warning,
} from "@calig/core/internal/attribution/explanation";
import { bySign } from "@calig/core/internal/attribution/modality";
import { createRandom, type Random } from "@calig/core/internal/util/random";

/** An explanation, and which kind of case it is. */
export interface Case {
  readonly kind: string;
  readonly explanation: Explanation;
}

/** Of each kind. */
const EACH = 12;

const VOCABULARY =
  "the a film is it , . not good dull plot actor slow warm and because fair correct end very long odd scene hero war quiet".split(
    " ",
  );
const FOREIGN = "la película es muy buena pero el final no me gustó nada y los actores son regulares".split(" ");
const NONSENSE = "asdkjh qwe zxcv lkj qpwo rtz mnbv".split(" ");

const CARD: ModelCard = {
  trainedOn: { en: "short notes on films", de: "kurze Notizen zu Filmen" },
  dataset: "made up",
  calibration: [
    { probability: 0.55, accuracy: 0.56, inputs: 100 },
    { probability: 0.7, accuracy: 0.78, inputs: 100 },
    { probability: 0.85, accuracy: 0.93, inputs: 100 },
  ],
  typical: { inputs: 100, score: "logit", strongest: 0.5, difference: 1.5, extraTokens: { mean: 0.2, deviation: 0.6 } },
};

const warning = (code: string): Warning => ({ code, message: `A technical sentence about ${code}` });
const signed = (random: Random, most: number) => most * (2 * random.next() - 1);

/** What explanations of all kinds share; predictions best first, the first one explained. */
function common(
  predictions: readonly Prediction[],
  attribution: readonly number[],
  card?: ModelCard,
): ExplanationCommon {
  const [best] = predictions as readonly [Prediction];
  const total = attribution.reduce((sum, value) => sum + value, 0);
  return {
    version: 3,
    model: {
      id: "made-up",
      family: "bert",
      task: "text-classification",
      blocks: 2,
      heads: 2,
      width: 8,
      activation: "softmax",
      sha256: "0".repeat(64),
      ...(card === undefined ? {} : { card }),
    },
    target: { index: best.index, label: best.label, score: best.logit, kind: "logit", probability: best.probability },
    predictions,
    attribution,
    blocks: [],
    method: { name: "ca-lig", options: { baseline: "mask", tolerance: 0.01 } },
    completeness: { scoreAtInput: best.logit, scoreAtBaseline: best.logit - total, delta: 0, relativeError: 0 },
    cost: { milliseconds: 1, modelEvaluations: 1, peakBytes: 0 },
    warnings: [],
  };
}

/** Two classes of which the first has this probability. */
function two(probability: number): Prediction[] {
  const logit = Math.log(probability / (1 - probability)) / 2;
  return [
    { index: 1, label: "positive", logit, probability },
    { index: 0, label: "negative", logit: -logit, probability: 1 - probability },
  ];
}

interface TextPlan {
  readonly words: readonly string[];
  readonly values: readonly number[];
  readonly predictions: readonly Prediction[];
  readonly card?: ModelCard;
  readonly gap?: string;
}

function textOf({ words, values, predictions, card, gap = " " }: TextPlan): TextExplanation {
  let text = "";
  const spans = words.map((word, i) => {
    if (i > 0) text += gap;
    const start = text.length;
    text += word;
    return { text: word, start, end: text.length, attribution: values[i] as number };
  });
  const special = (name: string, at: number): TokenFeature => ({
    text: name,
    start: at,
    end: at,
    special: true,
    word: null,
  });
  const features = [
    special("[CLS]", 0),
    ...spans.map(
      ({ text: word, start, end }, i): TokenFeature => ({ text: word, start, end, special: false, word: i }),
    ),
    special("[SEP]", text.length),
  ];
  const shared = common(predictions, [0, ...values, 0], card);
  return { ...shared, layout: "text", input: { kind: "text", text }, features, words: spans, ...bySign(spans) };
}

function drawn(random: Random, count: number, from: readonly string[] = VOCABULARY): string[] {
  return Array.from({ length: count }, () => from[Math.floor(random.next() * from.length)] as string);
}

function sentence(random: Random, most: number, probability: number, plan: Partial<TextPlan> = {}): TextExplanation {
  const words = plan.words ?? drawn(random, 3 + Math.floor(random.next() * 12));
  const values = words.map(() => signed(random, most));
  return textOf({ values, predictions: two(probability), ...plan, words });
}

function picture(random: Random, most: number, size: number, classes: readonly string[]): ImageExplanation {
  const top = 0.4 + 0.6 * random.next();
  const predictions = classes.map((label, index): Prediction => {
    const probability = index === 0 ? top : (1 - top) / (classes.length - 1);
    return { index, label, logit: Math.log(probability), probability };
  });
  const [x, y] = [random.next() * size, random.next() * size];
  const features = [
    { row: -1, column: -1, special: true },
    ...Array.from({ length: size * size }, (_, i) => ({ row: Math.floor(i / size), column: i % size, special: false })),
  ];
  const held = signed(random, most);
  const attribution = features.map(({ row, column, special }) =>
    special ? held : (most * Math.exp(-((row - y) ** 2 + (column - x) ** 2) / size) - signed(random, most / 3)) / 4,
  );
  const patches = features.flatMap(({ row, column, special }, i) =>
    special ? [] : [{ row, column, attribution: attribution[i] as number }],
  );
  const shared = common(predictions, attribution);
  return {
    ...shared,
    model: { ...shared.model, task: "image-classification" },
    method: { name: "ca-lig", options: { baseline: "blur" } },
    layout: "grid",
    input: { kind: "image", width: 320, height: 240, grid: [size, size], patch: 16, seen: [0, 0, 320, 240] },
    features,
    ...bySign(patches),
  };
}

function withCounterfactuals(explanation: TextExplanation, flips: boolean): TextExplanation {
  const strongest = explanation.supporting.slice(0, 2);
  const features = strongest.map((word) => ({
    features: [explanation.words.indexOf(word) + 1],
    text: word.text,
    start: word.start,
    end: word.end,
    attribution: word.attribution,
  }));
  const says = (index: number, label: string, probability: number) => ({
    index,
    label,
    probability,
    targetProbability: label === "positive" ? probability : 1 - probability,
    score: 0.1,
  });
  const changed: Counterfactual = {
    features,
    prediction: flips ? says(0, "negative", 0.61) : says(1, "positive", 0.7),
    flips,
  };
  return {
    ...explanation,
    counterfactuals: {
      replacement: { name: "mask", becomes: "the mask token" },
      decision: "class",
      single: [changed],
      together: [],
      smallestFlip: flips ? { ...changed, minimal: true } : null,
      evidenceAlone: { features, prediction: says(1, "positive", 0.83), flips: false },
      allRemoved: { prediction: says(1, "positive", 0.5), flips: false },
      searched: { candidates: 2, features: explanation.words.length, removed: 2, variants: 4, limit: 64 },
      evaluations: 4,
    },
  };
}

const KINDS: Readonly<Record<string, (random: Random) => Explanation>> = {
  sure: (random) => sentence(random, 2, 0.9 + 0.09 * random.next()),
  unsure: (random) => sentence(random, 1, 0.5 + 0.08 * random.next()),
  between: (random) => sentence(random, 1, 0.62 + 0.26 * random.next()),
  calibrated: (random) => sentence(random, 1, 0.5 + 0.5 * random.next(), { card: CARD }),
  nonsense: (random) => {
    const made = sentence(random, 0.05, 0.5 + 0.05 * random.next(), { words: drawn(random, 3, NONSENSE), card: CARD });
    return { ...made, warnings: [warning("split-words")] };
  },
  "another language": (random) => {
    const made = sentence(random, 1.5, 0.6 + 0.35 * random.next(), { words: drawn(random, 9, FOREIGN), card: CARD });
    return { ...made, warnings: [warning(random.next() < 0.5 ? "split-words" : "mostly-unknown")] };
  },
  long: (random) => {
    const made = sentence(random, 0.4, 0.5 + 0.49 * random.next(), { words: drawn(random, 400) });
    return { ...made, warnings: [warning("windows")] };
  },
  pair: (random) => sentence(random, 1.5, 0.5 + 0.49 * random.next(), { gap: "\n" }),
  picture: (random) => picture(random, 1, 8, ["dog", "cat", "ship"]),
  "large picture": (random) => {
    const made = picture(random, 1, 14, ["automobile", "truck", "ship", "frog"]);
    return { ...made, warnings: [warning("coarse-view")] };
  },
  regression: (random) => {
    const made = sentence(random, 1, 0.5);
    const number = { index: 0, label: "LABEL_0", logit: signed(random, 5), probability: null };
    return {
      ...made,
      model: { ...made.model, activation: "none" },
      predictions: [number],
      target: { ...made.target, index: 0, label: "LABEL_0", score: number.logit, probability: null },
    };
  },
  "each label by itself": (random) => {
    const made = sentence(random, 1, 0.5);
    const labels = ["sport", "politics", "music"].map((label, index) => {
      const probability = random.next();
      return { index, label, probability, logit: Math.log(probability / (1 - probability)) };
    });
    const predictions = labels.sort((a, b) => b.probability - a.probability);
    const own = predictions[Math.floor(random.next() * 3)] as (typeof predictions)[number];
    return {
      ...made,
      model: { ...made.model, activation: "sigmoid" },
      predictions,
      target: { ...made.target, index: own.index, label: own.label, probability: own.probability },
    };
  },
  names: (random) => {
    const {
      layout: _,
      input,
      ...made
    } = sentence(random, 1, 0.5 + 0.49 * random.next(), { words: ["0.0 s", "0.1 s", "0.2 s", "0.3 s"] });
    return {
      ...made,
      layout: "names",
      input: { kind: "audio", text: input.text, noun: { one: "frame", many: "frames" } },
    };
  },
  "another class": (random) => {
    const made = sentence(random, 1, 0.55 + 0.4 * random.next());
    const [, other] = made.predictions as readonly [Prediction, Prediction];
    return {
      ...made,
      target: { ...made.target, index: other.index, label: other.label, probability: other.probability },
    };
  },
  "held against another": (random) => {
    const made = sentence(random, 1, 0.55 + 0.4 * random.next());
    return { ...made, target: { ...made.target, against: { index: 0, label: "negative" } } };
  },
  "without sign": (random) => {
    const made = sentence(random, 1, 0.55 + 0.4 * random.next());
    const words = made.words.map((word) => ({ ...word, attribution: Math.abs(word.attribution) }));
    const attribution = made.attribution.map(Math.abs);
    const method = { ...made.method, signed: false as const };
    return { ...made, words, ...bySign(words), attribution, method, completeness: null };
  },
  flips: (random) => withCounterfactuals(sentence(random, 1, 0.7 + 0.25 * random.next()), random.next() < 0.7),
  "next token": (random) => {
    const made = sentence(random, 1, 0.5 + 0.49 * random.next());
    const predictions = made.predictions.map(({ label, ...rest }) => ({ ...rest, label: ` ${label}` }));
    const target = { ...made.target, label: ` ${made.target.label}`, kind: "log-probability" };
    return { ...made, model: { ...made.model, task: "text-generation" }, predictions, target };
  },
  token: (random) => {
    const made = sentence(random, 1, 0.5 + 0.49 * random.next());
    return { ...made, target: { ...made.target, token: { index: 1, text: made.words[0]?.text ?? "" } } };
  },
};

/** The same number of each kind. */
export const CASES: readonly Case[] = Object.entries(KINDS).flatMap(([kind, make]) => {
  const random = createRandom(`summary of ${kind}`);
  return Array.from({ length: EACH }, () => ({ kind, explanation: make(random) }));
});
