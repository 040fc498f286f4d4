/** @file Small explanations for renderers to show, made without a model: plain ones, and those that are easily forgotten. */

import type { Explanation, ImageExplanation, TextExplanation } from "../../attribution/explanation.ts";

/** Markup, a control sequence, quotes and separators: text that a format must not take for its own. */
export const HOSTILE = '<script>alert("x")</script> & \u001b[31m "a,b";\t\'c\'';

const COMMON = {
  version: 3,
  model: {
    id: "sample",
    family: "bert",
    task: "text-classification",
    blocks: 2,
    heads: 2,
    width: 8,
    sha256: "0".repeat(64),
  },
  target: { index: 1, label: "positive", score: 1.5, kind: "logit", probability: 0.8 },
  predictions: [
    { index: 1, label: "positive", logit: 1.5, probability: 0.8 },
    { index: 0, label: "negative", logit: 0.1, probability: 0.2 },
  ],
  method: { name: "ca-lig", options: { score: "logit", seed: 0 } },
  cost: { milliseconds: 12.5, modelEvaluations: 4, peakBytes: 1024 },
  warnings: [],
} as const;

function ofText(text: string, attribution: readonly number[]): TextExplanation {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }, i) => ({
    text: word,
    start: index,
    end: index + word.length,
    attribution: attribution[i] as number,
  }));
  const total = attribution.reduce((sum, value) => sum + value, 0);
  const completeness = { scoreAtInput: 1.5, scoreAtBaseline: 1.5 - total, delta: 0, relativeError: 0 };
  const special = (name: string, at: number) => ({ text: name, start: at, end: at, special: true, word: null });
  const map = [0, ...attribution, 0];
  return {
    ...COMMON,
    layout: "text",
    input: { kind: "text", text },
    features: [
      special("[CLS]", 0),
      ...words.map(({ text: word, start, end }, i) => ({ text: word, start, end, special: false, word: i })),
      special("[SEP]", text.length),
    ],
    attribution: map,
    words,
    supporting: words.filter((word) => word.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: words.filter((word) => word.attribution < 0).sort((a, b) => a.attribution - b.attribution),
    blocks: [0, 1].map((index) => ({
      index,
      relevance: map,
      attentionEvidence: map.map(() => 0.1),
      fused: map,
      weight: 0.5,
      completeness: { ...completeness, sum: total, points: 5, converged: true },
    })),
    completeness,
  };
}

const plain = ofText("A gripping, uneven film", [0.1, 1.2, -0.4, 0.05]);
const hostile = ofText(
  HOSTILE,
  HOSTILE.split(/\s+/).map((_, i) => (i % 2 === 0 ? 0.5 : -0.25)),
);

const unsigned: TextExplanation = {
  ...ofText("No sign and no blocks", [0.4, 0.1, 0.2, 0, 0.3]),
  blocks: [],
  completeness: null,
  method: { name: "saliency", signed: false, options: { score: "logit", seed: 0 } },
  warnings: [{ code: "unsigned", message: 'Method "saliency" has no sign' }],
};

/** The output is a number, and none of its words has any part in it. */
const regression: TextExplanation = {
  ...ofText("nothing here", [0, 0]),
  target: { index: 0, label: "stars", score: 3.2, kind: "logit", probability: null },
  predictions: [{ index: 0, label: "stars", logit: 3.2, probability: null }],
};

const PATCHES = [0.2, -0.1, 0, 0.7].map((attribution, i) => ({ row: Math.floor(i / 2), column: i % 2, attribution }));

const picture: ImageExplanation = {
  ...COMMON,
  model: { ...COMMON.model, family: "vit", task: "image-classification" },
  layout: "grid",
  input: { kind: "image", width: 64, height: 48, grid: [2, 2], patch: 16, seen: [8, 0, 48, 48] },
  features: [
    { row: -1, column: -1, special: true },
    ...PATCHES.map(({ row, column }) => ({ row, column, special: false })),
  ],
  attribution: [0, ...PATCHES.map(({ attribution }) => attribution)],
  supporting: PATCHES.filter(({ attribution }) => attribution > 0).sort((a, b) => b.attribution - a.attribution),
  opposing: PATCHES.filter(({ attribution }) => attribution < 0),
  blocks: [],
  completeness: null,
};

/** Explanations of every layout, that renderers are tried on. */
export const SAMPLE_EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  "a text": plain,
  "a text with markup, control sequences and separators": hostile,
  "a map without signs and blocks": unsigned,
  "a number in place of a class": regression,
  "a picture": picture,
};
