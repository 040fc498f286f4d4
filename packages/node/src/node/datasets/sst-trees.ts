/** @file Trees of the Stanford Sentiment Treebank (Socher et al. 2013): a polarity of 0..4 for every phrase and word. */

import { InputError } from "@calig/core/internal/errors";
import type { PolaritySpan } from "@calig/core/internal/evaluation/dataset";
import { type DatasetLayout, type DatasetRow, firstLine } from "@calig/core/internal/evaluation/dataset-layout";

/** Label of a phrase of neither polarity. */
const NEUTRAL = 2;

export const sstTrees: DatasetLayout = {
  name: "sst-trees",
  summary: "trees of the Stanford Sentiment Treebank, one a line: polarities of words; neutral sentences have no label",
  polarityLabel: "positive",
  matches: ({ content, asked }) => !asked && /^\([0-4] /.test(firstLine(content)),
  read: async ({ content }) => ({
    rows: content
      .split(/\r?\n/)
      .flatMap((source, i): DatasetRow[] => (source.trim() === "" ? [] : [toRow(source, i + 1)])),
  }),
};

function toRow(source: string, line: number): DatasetRow {
  if (!isTree(source)) {
    return { line, item: new InputError("the line is no tree: give one like (3 (2 A) (4 wonder))") };
  }
  const label = Number(/^\(([0-4])/.exec(source.trim())?.[1]);
  const polarities: PolaritySpan[] = [];
  let text = "";
  for (const [, polarity, leaf = ""] of source.matchAll(/\(([0-4]) ([^()\s]+)\)/g)) {
    const word = unescaped(leaf);
    const start = text === "" ? 0 : text.length + 1;
    text += text === "" ? word : ` ${word}`;
    polarities.push({ start, end: text.length, value: Number(polarity) - NEUTRAL });
  }
  return {
    line,
    item: {
      input: { text },
      ...(label === NEUTRAL ? {} : { label: label > NEUTRAL ? "positive" : "negative" }),
      polarities,
    },
  };
}

/** Whether brackets match and every one opens with a polarity. */
function isTree(source: string): boolean {
  let rest = source.trim();
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(/\([0-4] (?:[^()\s]+|(?:T ?)+)\)/g, "T");
  }
  return rest === "T";
}

/** Brackets and slashes are written in the code of the Penn Treebank. */
const unescaped = (leaf: string): string =>
  leaf
    .replace(/^-LRB-$/, "(")
    .replace(/^-RRB-$/, ")")
    .replace(/\\([/*])/g, "$1");
