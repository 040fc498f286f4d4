/**
 * @file What marks an object as an extension of calig, and of which kind. The mark is a registered symbol, so that objects
 * made by another copy of the package are known too; it is no part of JSON and goes along when an object is spread.
 */

import type { Modality, Replacement } from "../attribution/explainable-model.ts";
import type { AttributionMethod } from "../attribution/method.ts";
import type { BaselineObject } from "../attribution/options.ts";
import type { OwnQuestion } from "../attribution/question-object.ts";
import type { RuleEntry } from "../autodiff/rule.ts";
import type { Pass } from "../canonical/pass.ts";
import type { DatasetLayout } from "../evaluation/dataset-layout.ts";
import type { Metric } from "../evaluation/metric.ts";
import type { Words } from "../reading/words/words.ts";
import type { Renderer } from "../render/renderer.ts";
import type { CueKind } from "../shortcuts/cue.ts";
import type { ModelFamily } from "../transformer/family.ts";
import type { Check } from "../verification/check.ts";
import type { RuntimeDefinition } from "./runtime-definition.ts";

const MARK = Symbol.for("calig.extension");

/** What can be added to calig, by kind. */
export interface ExtensionKinds {
  readonly method: AttributionMethod;
  readonly metric: Metric;
  readonly family: ModelFamily;
  readonly modality: Modality;
  readonly baseline: BaselineObject;
  readonly question: OwnQuestion;
  readonly replacement: Replacement;
  readonly rule: RuleEntry;
  readonly pass: Pass;
  readonly renderer: Renderer;
  readonly datasetLayout: DatasetLayout;
  readonly runtime: RuntimeDefinition;
  readonly check: Check;
  readonly language: Words;
  readonly cue: CueKind;
}

/** The kinds of extensions, one for each `define` function. */
export type ExtensionKind = keyof ExtensionKinds;

/** The kinds as people call them. */
export const KIND_NAMES: Readonly<Record<ExtensionKind, string>> = {
  method: "method",
  metric: "metric",
  family: "model family",
  modality: "kind of input",
  baseline: "baseline",
  question: "question",
  replacement: "replacement",
  rule: "gradient rule",
  pass: "rewrite of graphs",
  renderer: "renderer",
  datasetLayout: "layout of data sets",
  runtime: "runtime",
  check: "check of verify",
  language: "language",
  cue: "kind of cue",
};

/** The object with its mark. Functions are wrapped; the caller's own object stays as it is. */
export function marked<K extends ExtensionKind>(kind: K, extension: ExtensionKinds[K]): ExtensionKinds[K] {
  if (typeof extension === "function") {
    const call = extension as (...given: unknown[]) => unknown;
    return Object.assign((...given: unknown[]) => call(...given), { [MARK]: kind }) as unknown as ExtensionKinds[K];
  }
  return { ...extension, [MARK]: kind };
}

/** The kind of an extension; undefined for everything else. */
export function kindOf(value: unknown): ExtensionKind | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const kind = (value as { readonly [MARK]?: unknown })[MARK];
  return typeof kind === "string" && Object.hasOwn(KIND_NAMES, kind) ? (kind as ExtensionKind) : undefined;
}

/** Extensions by kind, each list in the order in which they were given. */
export type Extensions = { readonly [K in ExtensionKind]: readonly ExtensionKinds[K][] };

export const NO_EXTENSIONS: Extensions = {
  method: [],
  metric: [],
  family: [],
  modality: [],
  baseline: [],
  question: [],
  replacement: [],
  rule: [],
  pass: [],
  renderer: [],
  datasetLayout: [],
  runtime: [],
  check: [],
  language: [],
  cue: [],
};
