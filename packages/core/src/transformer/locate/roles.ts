/** @file Which input of a graph is what: token ids, pixels, types, mask, positions. */

import type { Dimension, ValueInfo } from "../../onnx/model.ts";
import type { Stream } from "../anatomy.ts";
import { findLookups, type Lookup, MOST_TYPES, textInputs } from "./lookups.ts";
import { becomesAngles } from "./rotary-positions.ts";
import { describeShape, type Search } from "./search.ts";

/** Where the data comes in. */
export interface Source {
  /** The kind of input that such data is of. */
  readonly kind: Stream["kind"];
  /** What the input of the graph is. */
  readonly role: "ids" | "pixels";
  readonly input: string;
  /** Floating-point values that the model computes with from there on: looked-up vectors, or the pixels. */
  readonly values: readonly string[];
  /** Tables looked up by any input; none where nothing is looked up by the data. */
  readonly lookups: readonly Lookup[];
  /** Size of the axis of tokens, of token ids. */
  readonly tokens?: Dimension | undefined;
}

/** The source of the data, or what is in the way of there being one. */
export function findSource(search: Search): Source | readonly string[] {
  const { inputs } = search.index.graph;
  const lookups = findLookups(search);
  const pixels = inputs.filter((input) => isFloat(input) && search.shape(input.name)?.length === 4);
  const sizes = new Map<string, number>();
  for (const { input, rows, width } of lookups) sizes.set(input, Math.max(sizes.get(input) ?? 0, rows * width));
  const [ids] = [...sizes].sort((a, b) => b[1] - a[1]).map(([input]) => input);
  if (ids !== undefined && pixels.some(({ name }) => CACHE.test(name))) {
    return [
      `the model reads a cache of earlier tokens (${quoted(pixels.slice(0, 2))}${pixels.length > 2 ? `, and ${pixels.length - 2} more` : ""}), so it goes on with a text: calig explains classifiers; give a model exported without a cache, with a classification head`,
    ];
  }
  if (ids !== undefined && pixels.length > 0) {
    return [`the model reads texts ("${ids}") and images (${quoted(pixels)}): calig explains models of one of them`];
  }
  const [picture] = pixels;
  if (ids !== undefined && search.shape(ids)?.length === 3) {
    return [
      `input "${ids}" has shape ${describeShape(search.shape(ids))}, wanted [batch, tokens]: the model chooses among several texts (multiple choice); calig explains models that read one text, or a pair of texts`,
    ];
  }
  const texts = textInputs(search);
  if (texts.length > 1) return [`several inputs are token ids: ${texts.map((name) => `"${name}"`).join(", ")}`];
  if (ids !== undefined) {
    const values = lookups.filter(({ input }) => input === ids).map(({ value }) => value);
    return { kind: "text", role: "ids", input: ids, values, lookups, tokens: search.shape(ids)?.[1] };
  }
  if (picture !== undefined && pixels.length === 1) {
    return { kind: "image", role: "pixels", input: picture.name, values: [picture.name], lookups: [] };
  }
  return [
    `no input that looks up rows of a table (token ids), and ${pixels.length === 0 ? "none" : `${pixels.length}`} of type float [batch, channels, height, width] (pixels); inputs: ${inputs.map(describeInput).join(", ")}`,
  ];
}

/**
 * The inputs by role.
 *
 * @param masking - Values that join the scores of attention from outside.
 * @param problems - Gets a line for every input that the logits need and that has no role.
 */
export function findRoles(
  search: Search,
  source: Source,
  logits: string,
  masking: readonly string[],
  problems: string[],
): Stream["inputs"] {
  const roles = new Map<keyof Stream["inputs"], string>([[source.role, source.input]]);
  if (!roles.has("ids")) {
    reportOthers(search, logits, [source.input], problems);
    return Object.fromEntries(roles);
  }
  const needed = neededInputs(search, logits);
  const behind = search.inputsBehind([logits]);
  const masks = search.inputsBehind(masking);
  const tables = new Map(source.lookups.map(({ input, rows }) => [input, rows]));
  for (const { name } of needed) {
    if (name === source.input) continue;
    const rows = tables.get(name);
    const looksUp = rows === undefined ? undefined : rows < MOST_TYPES ? "typeIds" : "positionIds";
    const turns = becomesAngles(search, name) ? "positionIds" : undefined;
    const role = looksUp ?? turns ?? namedRole(name) ?? (masks.has(name) ? "mask" : undefined);
    // An input of which only the size is used may have any role that is left, for it is fed with the right size then.
    const spare = behind.has(name)
      ? undefined
      : (["mask", "typeIds", "positionIds"] as const).find((own) => !roles.has(own));
    const own = role ?? spare;
    if (own !== undefined && !roles.has(own)) roles.set(own, name);
  }
  reportOthers(search, logits, [...roles.values()], problems);
  for (const { name, shape } of needed) {
    if (shape !== undefined && shape.length !== 2) {
      problems.push(`input "${name}" has shape ${describeShape(shape)}, wanted [batch, tokens]`);
    }
  }
  return Object.fromEntries(roles);
}

/**
 * What inputs are that neither look up a table nor are masks of one operator: kinds of tokens that are compared with each
 * other (XLNet) and masks that are multiplied in. Structure does not tell; the names of the inputs of transformers do.
 */
const namedRole = (name: string): keyof Stream["inputs"] | undefined =>
  ROLE_NAMES.find(([pattern]) => pattern.test(name))?.[1];

const ROLE_NAMES: readonly (readonly [RegExp, keyof Stream["inputs"]])[] = [
  [/^(token_type|segment)_ids$/, "typeIds"],
  [/^(attention|input)_mask$/, "mask"],
  [/^position_ids$/, "positionIds"],
];

/** Inputs that the logits cannot be computed without. */
function neededInputs({ index }: Search, logits: string): readonly ValueInfo[] {
  const needed = new Set([logits]);
  for (const value of needed) for (const input of index.producer.get(value)?.inputs ?? []) needed.add(input);
  return index.graph.inputs.filter(({ name }) => needed.has(name));
}

function reportOthers(search: Search, logits: string, known: readonly string[], problems: string[]): void {
  const others = neededInputs(search, logits).filter(({ name }) => !known.includes(name));
  if (others.length === 0) return;
  problems.push(
    `inputs of unknown meaning: ${others.map(describeInput).join(", ")}; known are token ids, kinds of tokens, an attention mask, positions, pixels`,
  );
}

/** How exporters call the keys and values of tokens that were read before. */
const CACHE = /past|cache/i;

const isFloat = ({ dtype }: ValueInfo): boolean => /^b?float/.test(dtype ?? "");
const quoted = (inputs: readonly ValueInfo[]): string => inputs.map(({ name }) => `"${name}"`).join(", ");
const describeInput = ({
  name,
  dtype,
  shape,
}: {
  name: string;
  dtype: unknown;
  shape: readonly Dimension[] | undefined;
}) => `"${name}" (${dtype ?? "unknown type"} ${describeShape(shape)})`;
