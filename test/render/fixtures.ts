/**
 * @file Hand-made explanations for the tests of the renderers: plausible numbers that add up, no model involved.
 *
 * The numbers of a fixture come from the strengths written in it and a seeded generator, so they never change.
 */

import type {
  BlockExplanation,
  Completeness,
  Explanation,
  ImageExplanation,
  PatchFeature,
  Prediction,
  TextExplanation,
  TokenFeature,
  Warning,
} from "@calig/core/internal/attribution/explanation";

/** Numbers in -1..1 that repeat for a seed (a linear congruential generator, Numerical Recipes' constants). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Three decimals, so that the fixtures stay readable in JSON. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000 + 0;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function completeness(scoreAtInput: number, scoreAtBaseline: number, sum: number): Completeness {
  const difference = scoreAtInput - scoreAtBaseline;
  const delta = rounded(sum - difference);
  return {
    scoreAtInput,
    scoreAtBaseline,
    delta,
    relativeError: Math.abs(delta) / Math.max(Math.abs(difference), 1e-3),
  };
}

/** When in the network evidence of a feature arises: share of each block, summing to 1. */
function profile(peak: number, blocks: number): number[] {
  const raw = Array.from({ length: blocks }, (_, block) => Math.exp(-(((block - peak) / (blocks / 3)) ** 2)) + 0.15);
  const sum = total(raw);
  return raw.map((value) => value / sum);
}

interface BlockPlan {
  readonly strengths: readonly number[];
  readonly special: readonly boolean[];
  readonly blocks: number;
  readonly scoreAtBaseline: number;
  readonly seed: number;
  /** Block that the quadrature did not converge in. */
  readonly unconverged?: number;
  /** Block that the evidence of a feature peaks in. */
  readonly peakOf?: (feature: number) => number;
}

function makeBlocks(plan: BlockPlan): BlockExplanation[] {
  const { strengths, special, blocks, scoreAtBaseline, seed, unconverged } = plan;
  const peakOf = plan.peakOf ?? ((feature: number) => (feature * 7) % blocks);
  const random = generator(seed);
  const noise = 0.08 * Math.max(...strengths.map(Math.abs));
  const magnets = special.flatMap((isSpecial, feature) => (isSpecial ? [feature] : []));
  const difference = rounded(total(strengths));
  return Array.from({ length: blocks }, (_, index) => {
    const raw = strengths.map(
      (strength, feature) =>
        strength * profile(peakOf(feature), blocks)[index]! * blocks + (strength === 0 ? 0 : noise * random()),
    );
    // All blocks explain the same difference of scores; the error says how far the quadrature missed it.
    const error = index === unconverged ? 0.174 : 0.002 * random();
    const scale = total(raw) === 0 ? 0 : (difference * (1 + error)) / total(raw);
    const fused = raw.map((value) => rounded(value * scale));
    // Deeper blocks read from the first special token: relevance gathers there.
    const drift = magnets.length > 0 ? index / blocks : 0;
    const relevance = fused.map((value) => rounded(value * (1 - drift)));
    if (magnets.length > 0) {
      relevance[magnets[0]!] = rounded(relevance[magnets[0]!]! + total(fused) - total(relevance));
    }
    const attentionEvidence = fused.map((value) => rounded(value * 0.4 + (value === 0 ? 0 : noise * 0.5 * random())));
    const sum = rounded(total(relevance));
    const scoreAtInput = rounded(scoreAtBaseline + difference);
    return {
      index,
      relevance,
      attentionEvidence,
      fused,
      weight: 1 / blocks,
      completeness: {
        ...completeness(scoreAtInput, scoreAtBaseline, sum),
        sum,
        points: index === unconverged ? 128 : 8 * 2 ** Math.max(0, 3 - index),
        converged: index !== unconverged,
      },
    };
  });
}

function attributionOf(blocks: readonly BlockExplanation[], features: number): number[] {
  return Array.from({ length: features }, (_, feature) =>
    rounded(blocks.reduce((sum, block) => sum + block.weight * block.fused[feature]!, 0)),
  );
}

const OPTIONS = {
  baseline: "mask",
  steps: "auto",
  tolerance: 0.01,
  quadrature: "gauss-legendre",
  fusion: "transport",
  lambda: 0.5,
  layerWeights: "uniform",
  layers: null,
  seed: 0,
} as const;

const COST = { milliseconds: 342.7, modelEvaluations: 61.5, peakBytes: 412 * 1024 ** 2 };

interface TextPlan {
  readonly text: string;
  /** Strength of a word by its text; words that are not named are nearly neutral. */
  readonly strengths: Readonly<Record<string, number>>;
  /** Words that the tokenizer splits, as the lengths of their pieces in UTF-16 units. */
  readonly pieces?: Readonly<Record<string, readonly number[]>>;
  readonly blocks: number;
  readonly seed: number;
  readonly labels: readonly [target: string, other: string];
  readonly unconverged?: number;
  readonly warnings?: readonly Warning[];
  /** Strength of words that are not named; 0 makes them exactly neutral. */
  readonly background?: number;
  readonly specials?: readonly [first: number, last: number];
  readonly modelId?: string;
}

/** An explanation of a text: words by Unicode letters, one token per word except where `pieces` says otherwise. */
export function textExplanation(plan: TextPlan): TextExplanation {
  const { text, strengths, pieces = {}, blocks: blockCount, seed, labels, background = 0.04 } = plan;
  const random = generator(seed + 1);
  const matches = [...text.matchAll(/[\p{L}\p{M}\p{N}'’]+|[^\s\p{L}\p{M}\p{N}]+/gu)];
  const features: TokenFeature[] = [{ text: "[CLS]", start: 0, end: 0, special: true, word: null }];
  const plannedStrengths: number[] = [plan.specials?.[0] ?? 0.12];
  matches.forEach((match, word) => {
    const lengths = pieces[match[0]] ?? [match[0].length];
    let start = match.index;
    for (const length of lengths) {
      const end = start + length;
      features.push({ text: text.slice(start, end), start, end, special: false, word });
      plannedStrengths.push((strengths[match[0]] ?? background * random()) / lengths.length);
      start = end;
    }
  });
  features.push({ text: "[SEP]", start: 0, end: 0, special: true, word: null });
  plannedStrengths.push(plan.specials?.[1] ?? -0.06);

  const blocks = makeBlocks({
    strengths: plannedStrengths,
    special: features.map((feature) => feature.special),
    blocks: blockCount,
    scoreAtBaseline: -0.31,
    seed,
    ...(plan.unconverged === undefined ? {} : { unconverged: plan.unconverged }),
  });
  const attribution = attributionOf(blocks, features.length);
  const words = matches.map((match, word) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
    attribution: rounded(total(attribution.filter((_, feature) => features[feature]!.word === word))),
  }));
  const sum = total(attribution);
  const score = rounded(-0.31 + total(plannedStrengths));
  const probability = 1 / (1 + Math.exp(-2 * score));
  const predictions: Prediction[] = [
    { index: 1, label: labels[0], logit: score, probability },
    { index: 0, label: labels[1], logit: -score, probability: 1 - probability },
  ];
  predictions.sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
  const byMagnitude = [...words].sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution));
  return {
    version: 3,
    layout: "text",
    model: {
      id: plan.modelId ?? "sst2-minilm-6",
      family: "bert",
      task: "text-classification",
      blocks: blockCount,
      heads: 12,
      width: 384,
      sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    target: { index: 1, label: labels[0], score, kind: "logit", probability },
    predictions,
    input: { kind: "text", text },
    features,
    attribution,
    words,
    supporting: byMagnitude.filter((word) => word.attribution > 0),
    opposing: byMagnitude.filter((word) => word.attribution < 0),
    blocks,
    method: { name: "ca-lig", options: OPTIONS },
    completeness: completeness(score, -0.31, sum),
    cost: COST,
    warnings: plan.warnings ?? [],
  };
}

/** A short review: special tokens, a word of three pieces, a block that did not converge and its warning. */
export const sentence: TextExplanation = textExplanation({
  text: "The plot was not good, but the unforgettable cast saved it.",
  strengths: { good: 0.62, not: -1.05, unforgettable: 1.84, cast: 0.35, saved: 0.71, but: 0.28, plot: -0.19 },
  pieces: { unforgettable: [2, 6, 5] },
  blocks: 6,
  seed: 3,
  labels: ["POSITIVE", "NEGATIVE"],
  unconverged: 0,
  warnings: [
    {
      code: "not-converged",
      message:
        "Block 0 reached a relative completeness error of 17.4% with 128 points, above the tolerance of 1%: raise --steps or --tolerance",
    },
  ],
});

/** The same review measured against the other class, so the score is a difference of two logits. */
export const against: TextExplanation = {
  ...sentence,
  target: { ...sentence.target, against: { index: 0, label: "NEGATIVE" } },
  warnings: [],
};

/** A prompt of two messages, one with a quotation that is a part of its own, and an answer of two tokens. */
export const prompt: TextExplanation = (() => {
  const text = "system: Be fair.\nuser: The cast saved a dull film. Good?\nassistant:";
  const plain = textExplanation({
    text,
    strengths: { saved: 0.8, cast: 0.4, dull: -0.9, fair: 0.1 },
    blocks: 3,
    seed: 5,
    labels: [" very good", " bad"],
  });
  const { features, attribution } = plain;
  const part = (name: string, own: string, without = "") => {
    const start = text.indexOf(own);
    const hole = without === "" ? -1 : text.indexOf(without);
    const isOwn = (at: number) =>
      at >= start && at < start + own.length && !(hole >= 0 && at >= hole && at < hole + without.length);
    const sum = total(attribution.filter((_, t) => features[t]?.special === false && isOwn(features[t]?.start ?? -1)));
    return { name, start, end: start + own.length, attribution: rounded(sum) };
  };
  const quotation = "saved a dull film";
  const parts = [
    part("system", "Be fair."),
    part("user", "The cast saved a dull film. Good?", quotation),
    part("quotation", quotation),
  ];
  const rest = total(attribution) - total(parts.map((each) => each.attribution));
  return {
    ...plain,
    target: { ...plain.target, index: -1, label: " very good", kind: "log-probability" },
    parts: [...parts, { name: "other", start: null, end: null, attribution: rounded(rest) }],
    answerTokens: [
      { text: " very", score: -1.2, attribution: attribution.map((value) => rounded(value / 4)) },
      { text: " good", score: -0.4, attribution: attribution.map((value) => rounded(-value)) },
    ],
  };
})();

const REVIEW = [
  "The first hour of this film is a patient study of a harbour town that nobody leaves, and the camera lingers on its",
  "ropes, its rust and its weather with real affection. Then the plot arrives, and it is a dull one: a stolen ledger, a",
  "tired detective, a storm that everyone can see coming. The dialogue turns wooden, the score swells over scenes that",
  "needed silence, and two good actors are left to explain what the pictures had already told us.",
].join(" ");

/** A text of more than 400 words, 12 blocks, cut off at the end as long inputs are. */
export const longText: TextExplanation = (() => {
  const text = `${Array.from({ length: 5 }, () => REVIEW).join("\n\n")} And yet I would watch it again tomorrow.`;
  const explanation = textExplanation({
    text,
    strengths: { dull: 0.9, wooden: 0.7, tired: 0.5, affection: -0.5, patient: -0.4, good: -0.25, stolen: 0.2 },
    pieces: { affection: [6, 3], ledger: [3, 3] },
    blocks: 12,
    seed: 17,
    labels: ["NEGATIVE", "POSITIVE"],
    warnings: [
      { code: "truncated", message: "The text has 421 tokens, the model reads 412: the last words are not explained" },
    ],
  });
  // Leave the last sentence unread, as a model with a short context does.
  const limit = text.indexOf("And yet");
  const words = explanation.words.filter((word) => word.start < limit);
  const keep = explanation.features.map((feature) => feature.special || feature.start < limit);
  const pick = (values: readonly number[]) => values.filter((_, feature) => keep[feature]);
  const inside = (word: { readonly start: number }) => word.start < limit;
  return {
    ...explanation,
    features: explanation.features.filter((_, feature) => keep[feature]),
    attribution: pick(explanation.attribution),
    words,
    supporting: explanation.supporting.filter(inside),
    opposing: explanation.opposing.filter(inside),
    blocks: explanation.blocks.map((block) => ({
      ...block,
      relevance: pick(block.relevance),
      attentionEvidence: pick(block.attentionEvidence),
      fused: pick(block.fused),
    })),
  };
})();

/** A text that nothing in it supports or opposes. */
export const allZero: TextExplanation = textExplanation({
  text: "Nothing here matters at all.",
  strengths: {},
  background: 0,
  specials: [0, 0],
  blocks: 3,
  seed: 1,
  labels: ["NEUTRAL", "OTHER"],
});

/** Right-to-left scripts, Ethiopic, wide characters, joined emoji and a combining accent in one text. */
export const scripts: TextExplanation = textExplanation({
  text: "هذا الفيلم רע מאוד 👩‍👩‍👧 ነገር ግን ጥሩ 素晴らしい映画 cafe\u0301 👍🏽!",
  strengths: { الفيلم: 0.8, רע: -0.9, ጥሩ: 1.1, 素晴らしい映画: 0.6, "👩‍👩‍👧": 0.3, "cafe\u0301": -0.4 },
  blocks: 4,
  seed: 5,
  labels: ["ጥሩ", "רע"],
});

/** Everything that could leave its place: markup, quotes, terminal escapes, bidirectional overrides, table pipes. */
export const hostile: TextExplanation = textExplanation({
  text: `<script>alert("x")</script> & 'q' \u001b[31mred\u001b[0m \u202eevil\u202c | a|b **bold** \`code\` </style> ]]> {{x}}\u0007`,
  strengths: { script: 1, alert: -0.8, evil: -0.6, bold: 0.4, code: 0.3 },
  blocks: 2,
  seed: 9,
  labels: [`<img src=x onerror="alert(1)">`, "a|b</script><script>"],
  modelId: `model"><script>alert('id')</script>`,
  warnings: [{ code: "<b>code</b>", message: "</script><script>alert('warning')</script> | pipe \u001b[2J" }],
});

/** A picture of 14 x 14 patches with a class token; evidence in a disc, opposition in a corner. */
export const image: ImageExplanation = (() => {
  const [rows, columns] = [14, 14];
  const features: PatchFeature[] = [{ row: -1, column: -1, special: true }];
  const strengths: number[] = [0.05];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      features.push({ row, column, special: false });
      const disc = Math.exp(-((row - 5) ** 2 + (column - 8) ** 2) / 9) * 0.2;
      const corner = Math.exp(-((row - 12) ** 2 + (column - 1) ** 2) / 5) * 0.12;
      strengths.push(disc - corner + 0.001);
    }
  }
  const blocks = makeBlocks({
    strengths,
    special: features.map((feature) => feature.special),
    blocks: 4,
    scoreAtBaseline: 0.4,
    seed: 21,
    // Evidence moves from the top of the image to its bottom as the network goes on.
    peakOf: (feature) => 1 + (features[feature]!.row / rows) * 1.5,
  });
  const attribution = attributionOf(blocks, features.length);
  const patches = features.flatMap(({ row, column, special }, feature) =>
    special ? [] : [{ row, column, attribution: attribution[feature]! }],
  );
  const byMagnitude = [...patches].sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution));
  const sum = total(attribution);
  const score = rounded(0.4 + total(strengths));
  const labels = ["tabby cat", "tiger cat", "Egyptian cat", "lynx", "plastic bag", "doormat", "sock", "quilt"];
  return {
    version: 3,
    layout: "grid",
    model: {
      id: "deit-tiny",
      family: "vit",
      task: "image-classification",
      blocks: 4,
      heads: 3,
      width: 192,
      sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    },
    target: { index: 281, label: labels[0]!, score, kind: "logit", probability: 0.71 },
    predictions: labels.map((label, rank) => ({
      index: 281 + rank,
      label,
      logit: rounded(score - rank),
      probability: 0.71 * 0.29 ** rank,
    })),
    input: { kind: "image", width: 224, height: 224, grid: [rows, columns], patch: 16, seen: [0, 0, 224, 224] },
    features,
    attribution,
    supporting: byMagnitude.filter((patch) => patch.attribution > 0),
    opposing: byMagnitude.filter((patch) => patch.attribution < 0),
    blocks,
    method: { name: "ca-lig", options: { ...OPTIONS, baseline: "blur" } },
    completeness: completeness(score, 0.4, sum),
    cost: { milliseconds: 1834, modelEvaluations: 96, peakBytes: 0 },
    warnings: [],
  };
})();

/** A method without blocks, as methods to compare with are. */
export const withoutBlocks: TextExplanation = {
  ...sentence,
  blocks: [],
  method: { name: "occlusion", options: { baseline: "mask" } },
  warnings: [],
};

/** A method whose values have no sign and add up to nothing in particular. */
export const withoutCompleteness: TextExplanation = {
  ...withoutBlocks,
  attribution: sentence.attribution.map(Math.abs),
  words: sentence.words.map((word) => ({ ...word, attribution: Math.abs(word.attribution) })),
  supporting: [...sentence.supporting, ...sentence.opposing]
    .map((word) => ({ ...word, attribution: Math.abs(word.attribution) }))
    .sort((a, b) => b.attribution - a.attribution),
  opposing: [],
  method: { name: "saliency", signed: false, options: { layers: [0] } },
  completeness: null,
};

/** Every fixture by name, for tests that hold whatever is rendered. */
export const FIXTURES: Readonly<Record<string, Explanation>> = {
  sentence,
  against,
  longText,
  allZero,
  scripts,
  hostile,
  image,
  withoutBlocks,
  withoutCompleteness,
};
