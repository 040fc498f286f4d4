/** @file Decoders that go on with a text, specialised to a text that starts: caches of earlier tokens are empty, and none is handed on. */

import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { rewireInputs } from "../graph/rewire.ts";
import { type Dimension, type Graph, int, type Node, type ValueInfo } from "../onnx/model.ts";
import { type DType, dtypeCode, isFloat8, isFloating } from "../tensor/dtype.ts";
import { intTensor } from "../tensor/tensor.ts";
import { countOf, type Pass, unchanged } from "./pass.ts";
import { prune, rewire } from "./rewrite-nodes.ts";

/**
 * Inputs for keys and values of earlier tokens become tensors without any, and parts that are empty are joined to nothing;
 * a switch `use_cache_branch` is off, positions of the cache are those of the text, and outputs for the next step go. The
 * function of a text without a past stays what it was.
 *
 * @throws {UnsupportedModelError} When a cache has a fixed number of places.
 */
export const emptyPasts: Pass = (draft) => {
  const stored = new Set(draft.graph.initializers.map(({ name }) => name));
  const inputs = draft.graph.inputs.filter(({ name }) => !stored.has(name));
  const pasts = inputs.filter(isPast);
  const settings = inputs.filter((input) => settingOf(input) !== undefined);
  const outputs = draft.graph.outputs.filter((output) => !isHandedOn(output));
  const handsOn = outputs.length > 0 && outputs.length < draft.graph.outputs.length;
  if (pasts.length === 0 && settings.length === 0 && !handsOn) return unchanged(draft);
  const gone = new Set([...pasts, ...settings]);
  const symbols = new Set(pasts.map((past) => past.shape?.[pastAxis(past)]));
  const isStale = (size: Dimension) =>
    typeof size === "string" && [...symbols].some((symbol) => typeof symbol === "string" && size.includes(symbol));
  const kept: Graph = {
    ...draft.graph,
    inputs: draft.graph.inputs.filter((input) => !gone.has(input)),
    outputs: handsOn ? outputs : draft.graph.outputs,
    // What is stated in terms of a past that is gone is not known any more.
    values: draft.graph.values.filter(({ shape }) => shape?.some(isStale) !== true),
  };
  const builder = new GraphBuilder({ from: { ...kept, nodes: [] }, opsets: draft.opsets, prefix: "past/" });
  for (const node of draft.graph.nodes) for (const output of node.outputs) if (output !== "") builder.unique(output);
  const names = new Map<string, string>();
  const texts = kept.inputs.find(({ dtype, shape }) => shape?.length === 2 && /^int/.test(dtype ?? ""));
  for (const past of pasts) names.set(past.name, emptyTensor(past, texts, builder));
  for (const setting of settings)
    names.set(setting.name, settingOf(setting)?.(setting, texts, builder) ?? setting.name);
  const made = builder.build();
  // Attention that has an input for a past of its own has none.
  const none = new Map(pasts.map(({ name }) => [name, ""] as const));
  const nodes = draft.graph.nodes.map((node) => rewire(isAttention(node) ? rewireInputs(node, none) : node, names));
  const graph = prune({ ...made, nodes: [...made.nodes, ...nodes] });
  const notes = pasts.length === 0 ? [] : [`${countOf(pasts.length, "cache")} of earlier tokens made empty`];
  return { ...draft, graph, notes };
};

/** Whether an operator attends by itself, with optional inputs for keys and values of earlier tokens. */
export const isAttention = ({ opType }: Node): boolean => opType.endsWith("Attention");

/** How exporters call keys and values of tokens that were read before, and those that they hand on. */
const CACHE = /past|cache/i;
const HANDED_ON = /present|past|cache/i;

function isPast({ name, dtype, shape }: ValueInfo): boolean {
  if (!CACHE.test(name) || dtype === undefined || (shape?.length ?? 0) < 3) return false;
  if (isFloating(dtype) && !isFloat8(dtype)) return true;
  throw new UnsupportedModelError(
    `Cannot use the ONNX file: its cache "${name}" is quantised (${dtype}), so that keys and values are rounded, through which no gradient passes; export the model with a cache of float32 or float16`,
    [{ reason: `quantised cache "${name}"` }],
  );
}

const isHandedOn = ({ name, shape }: ValueInfo): boolean =>
  HANDED_ON.test(name) && (shape === undefined || shape.length >= 3);

/** The axis of earlier tokens: an open one that is not the batch; where there are several, the one named for it, or the usual. */
function pastAxis({ name, shape = [] }: ValueInfo): number {
  const usual = shape.length - 2;
  const open = [...shape.keys()].filter((axis) => typeof shape[axis] !== "number" && axis > (shape[0] === 2 ? 1 : 0));
  const named = open.find((axis) => /past|seq|len|tokens/i.test(String(shape[axis])));
  const axis = named ?? (open.includes(usual) ? usual : open[0]) ?? usual;
  const size = shape[axis];
  if (typeof size === "number" && size > 0) {
    throw new UnsupportedModelError(
      `Cannot use the ONNX file: its cache "${name}" [${shape.join(", ")}] has places for exactly ${size} earlier tokens, so that it cannot be empty; export the model with dynamic axes, or without a cache (task "text-generation" of Optimum)`,
      [{ reason: `cache "${name}" of fixed size` }],
    );
  }
  return axis;
}

/** Zeros of the shape of a cache, none along the axis of earlier tokens. */
function emptyTensor(past: ValueInfo, texts: ValueInfo | undefined, builder: GraphBuilder): string {
  const { dtype = "float32", shape = [] } = past;
  const axis = pastAxis(past);
  const batchAxis = shape[0] === 2 && typeof shape[1] !== "number" ? 1 : 0;
  const sizes = shape.map((size, i) => {
    if (i === axis) return builder.integers([0]);
    if (typeof size === "number") return builder.integers([size]);
    return i === batchAxis && texts !== undefined ? builder.sizeOf(texts.name, 0) : builder.integers([1]);
  });
  const zeros = builder.emit("ConstantOfShape", [builder.concat(sizes, 0)]);
  return dtype === "float32" ? zeros : castTo(builder, zeros, dtype);
}

type Setting = (input: ValueInfo, texts: ValueInfo | undefined, builder: GraphBuilder) => string | undefined;

/** Inputs that steer the use of caches, by the names that exporters give them. */
const SETTINGS: readonly (readonly [RegExp, Setting])[] = [
  [/^use_cache(_branch)?$/, (input, _, builder) => filled(input, 0, builder)],
  // 0 keeps the logits of all positions: a slice from -0 on.
  [/^num_logits_to_keep$|^logits_to_keep$/, (input, _, builder) => filled(input, 0, builder)],
  [/^past_(key_values_|seq(uence)?_)?len(gth)?s?$/, (input, _, builder) => filled(input, 0, builder)],
  [/^cache_positions?$/, positions],
];

function settingOf({ name, dtype, shape }: ValueInfo): Setting | undefined {
  const isSmall = shape !== undefined && shape.length <= 1 && /^(bool|int32|int64)$/.test(dtype ?? "");
  return isSmall ? SETTINGS.find(([pattern]) => pattern.test(name))?.[1] : undefined;
}

/** A constant of the type and rank of an input. */
function filled({ dtype, shape = [] }: ValueInfo, value: number, builder: GraphBuilder): string {
  const sizes = shape.map((size) => (typeof size === "number" ? size : 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (dtype === "bool")
    return builder.constant({ dtype, shape: sizes, data: new Uint8Array(count).fill(value) }, "flag");
  if (dtype === "int32")
    return builder.constant({ dtype, shape: sizes, data: new Int32Array(count).fill(value) }, "size");
  return builder.constant(intTensor(new Array<number>(count).fill(value), sizes), "size");
}

/** 0, 1, ... up to the number of tokens. */
function positions({ dtype = "int64", shape }: ValueInfo, texts: ValueInfo | undefined, builder: GraphBuilder) {
  if (texts === undefined || shape?.length !== 1) return undefined;
  const scalar = (value: number) => builder.constant(intTensor([value], []), "scalar");
  const range = builder.emit("Range", [scalar(0), builder.squeeze(builder.sizeOf(texts.name, 1), [0]), scalar(1)]);
  return dtype === "int64" ? range : castTo(builder, range, dtype);
}

const castTo = (builder: GraphBuilder, value: string, dtype: DType): string =>
  builder.emit("Cast", [value], { attributes: { to: int(dtypeCode(dtype)) } });
