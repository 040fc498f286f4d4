/** @file Graphs exported for a batch of one input: the constants in which the 1 is baked are made to follow the batch. */

import type { GraphBuilder } from "../graph/builder.ts";
import { ELEMENTWISE } from "../graph/elementwise.ts";
import { inferShapes, type ShapeTable } from "../graph/infer-shapes.ts";
import type { Dimension, Graph, Node, ValueInfo } from "../onnx/model.ts";
import { BATCH } from "./name-axes.ts";
import { type Draft, type Pass, unchanged } from "./pass.ts";
import { localTarget, type TargetSize, writeTarget } from "./reshape-target.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/**
 * Follows the batch through a graph whose inputs all have the size 1 at axis 0. As long as rows of the batch stay apart
 * along axis 0 (alone, or with other axes merged behind them), Reshape targets let axis 0 grow, and constants that are
 * joined to rows are repeated for each. For one row the graph computes what it did.
 *
 * Where every value that depends on an input is followed to the outputs, the inputs take any batch. Where some are not
 * (masking code that looks rows up by constant numbers), they stay at one row, which broadcasts over the rows of hidden
 * states.
 */
export const freeBatch: Pass = (draft) => {
  const { graph } = draft;
  if (graph.inputs.length === 0 || !graph.inputs.every(({ shape }) => shape?.[0] === 1)) return unchanged(draft);
  const followed = followBatch(draft);
  const { graph: rewritten } = rewriteNodes(draft, (node, builder) => rewriteFor(node, builder, followed));
  const isFree = followed.lost.length === 0 && graph.outputs.every(({ name }) => followed.rows.has(name));
  const open = (values: readonly ValueInfo[], size: Dimension) =>
    values.map((value) =>
      followed.rows.has(value.name) && value.shape?.[0] === 1
        ? { ...value, shape: [size, ...value.shape.slice(1)] }
        : value,
    );
  const result: Graph = {
    ...rewritten,
    inputs: isFree ? open(rewritten.inputs, BATCH) : rewritten.inputs,
    outputs: open(rewritten.outputs, isFree ? BATCH : undefined),
    values: open(rewritten.values, undefined),
  };
  const notes = isFree
    ? ["exported for a batch of 1, made to take any batch"]
    : [
        `exported for a batch of 1, which ${followed.lost[0]?.opType} "${followed.lost[0]?.name}" keeps; hidden states take any batch`,
      ];
  return { ...draft, graph: result, notes };
};

interface Followed {
  /** Values whose axis 0 is the batch times what the exporter saw there. */
  readonly rows: ReadonlySet<string>;
  /** Nodes behind which the batch is not followed. */
  readonly lost: readonly Node[];
  readonly types: ShapeTable;
}

function followBatch({ graph, opsets }: Draft): Followed {
  const types = inferShapes(graph, opsets);
  const rows = new Set(graph.inputs.map(({ name }) => name));
  const lost: Node[] = [];
  const behind = new Set<string>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.filter((input) => input !== "");
    if (inputs.some((input) => behind.has(input))) for (const output of node.outputs) behind.add(output);
    if (node.opType === "Shape" || node.opType === "Size" || !inputs.some((input) => rows.has(input))) continue;
    if (KEEPS_ROWS[ELEMENTWISE.has(node.opType) ? "Add" : node.opType]?.({ node, types, rows }) === true) {
      for (const output of node.outputs) if (output !== "") rows.add(output);
    } else {
      lost.push(node);
      for (const output of node.outputs) behind.add(output);
    }
  }
  return { rows, lost, types };
}

interface Place {
  readonly node: Node;
  readonly types: ShapeTable;
  readonly rows: ReadonlySet<string>;
}

type KeepsRows = (place: Place) => boolean;

const shapeAt = ({ node, types }: Place, i: number) => types.get(node.inputs[i] ?? "")?.shape;
const isRows = ({ node, rows }: Place, i: number) => rows.has(node.inputs[i] ?? "");
const rankOf = (place: Place, i: number) => shapeAt(place, i)?.length ?? 0;

function attribute({ node }: Place, name: string, fallback: number): number {
  const found = node.attributes[name];
  return found?.kind === "int" ? found.value : fallback;
}

/** Axes that an operator names as attribute or input, none of them negative; undefined where they are not known. */
function axesOf(place: Place, i: number, rank: number): readonly number[] | undefined {
  const stated = place.node.attributes.axes;
  const axes = stated?.kind === "ints" ? stated.value : place.types.constantInts(place.node.inputs[i] ?? "");
  return axes?.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Whether operands that broadcast keep rows apart: all with rows have as many at axis 0, those without have one or fewer axes. */
function broadcasts(place: Place, operands: readonly number[]): boolean {
  const present = operands.filter((i) => (place.node.inputs[i] ?? "") !== "");
  const rank = Math.max(...present.map((i) => rankOf(place, i)));
  const counts = new Set(present.filter((i) => isRows(place, i)).map((i) => shapeAt(place, i)?.[0]));
  return present.every((i) => {
    const shape = shapeAt(place, i);
    if (shape === undefined) return false;
    if (isRows(place, i)) return shape.length === rank && counts.size === 1 && typeof shape[0] === "number";
    return shape.length < rank || shape[0] === 1;
  });
}

/** Only the first operand has rows, and an axis that is not the first is worked on. */
const awayFromRows =
  (fallback: number): KeepsRows =>
  (place) => {
    const axis = attribute(place, "axis", fallback);
    return isRows(place, 0) && (axis < 0 ? axis + rankOf(place, 0) : axis) > 0 && onlyFirst(place);
  };

const onlyFirst: KeepsRows = (place) =>
  isRows(place, 0) && place.node.inputs.every((_, i) => i === 0 || !isRows(place, i));

const axesAwayFromRows: KeepsRows = (place) => {
  const axes = axesOf(place, 1, rankOf(place, 0));
  return onlyFirst(place) && axes?.every((axis) => axis > 0) === true;
};

const product: KeepsRows = (place) => {
  const ranks = [rankOf(place, 0), rankOf(place, 1)];
  if (Math.min(...ranks) < 2) return false;
  if (isRows(place, 1) && (ranks[1] === 2 || ranks[1] !== Math.max(...ranks))) return false;
  // A matrix of weights is no row of a batch.
  return ranks[1] === 2 ? onlyFirst(place) : broadcasts(place, [0, 1]);
};

const gather: KeepsRows = (place) => {
  const axis = attribute(place, "axis", 0);
  if (isRows(place, 0)) return (axis < 0 ? axis + rankOf(place, 0) : axis) > 0 && onlyFirst(place);
  return axis === 0 && rankOf(place, 1) > 0;
};

const slice: KeepsRows = (place) => {
  const axes = axesOf(place, 3, rankOf(place, 0));
  return onlyFirst(place) && axes?.every((axis) => axis > 0) === true;
};

const transpose: KeepsRows = ({ node }) => {
  const { perm } = node.attributes;
  return perm?.kind === "ints" && perm.value[0] === 0;
};

/**
 * Any target that can be written for more rows keeps them in order along axis 0, for they lie one behind the other in
 * memory.
 */
const reshape: KeepsRows = (place) => onlyFirst(place) && rowTarget(place) !== undefined;

/** The target of a Reshape for any number of rows: axis 0 grows, all others are what they are for one row. */
function rowTarget({ node, types }: Pick<Place, "node" | "types">): readonly TargetSize[] | undefined {
  const from = types.get(node.inputs[0] ?? "")?.shape;
  const to = types.get(node.outputs[0] ?? "")?.shape;
  if (from === undefined || to === undefined || to.length === 0 || to.includes(0)) return undefined;
  // Rows that nothing is merged with stay recognisable as the batch.
  const merged = from[0] === 1 && to[0] === 1 ? ROWS : MERGED_ROWS;
  return localTarget([ROWS, ...from.slice(1)], [merged, ...to.slice(1)]);
}

/** Stand for axis 0 of values of any number of rows, and for rows merged with what follows them. */
const ROWS = "rows of the batch";
const MERGED_ROWS = "rows of the batch, merged";

const concat: KeepsRows = (place) => {
  const axis = attribute(place, "axis", 0);
  const everyPart = place.node.inputs.every((_, i) => shapeAt(place, i)?.[0] === 1);
  return everyPart && (axis < 0 ? axis + rankOf(place, 0) : axis) > 0;
};

const expand: KeepsRows = (place) => {
  const [from, to] = [shapeAt(place, 0), place.types.get(place.node.outputs[0] ?? "")?.shape];
  return onlyFirst(place) && from !== undefined && from.length === to?.length && from[0] === to[0];
};

const windows: KeepsRows = (place) => onlyFirst(place) && shapeAt(place, 0)?.[0] === 1;

/** By operator; all elementwise ones are as "Add". Operators that are absent mix rows, or may. */
const KEEPS_ROWS: Readonly<Record<string, KeepsRows>> = {
  Add: (place) => broadcasts(place, [...place.node.inputs.keys()]),
  MatMul: product,
  FusedMatMul: (place) => attribute(place, "transBatchA", 0) === 0 && rankOf(place, 0) > 2 && product(place),
  Gemm: (place) => attribute(place, "transA", 0) === 0 && onlyFirst(place) && rankOf(place, 2) < 2,
  BiasGelu: onlyFirst,
  FastGelu: onlyFirst,
  QuickGelu: onlyFirst,
  Softmax: awayFromRows(-1),
  LogSoftmax: awayFromRows(-1),
  LayerNormalization: awayFromRows(-1),
  SimplifiedLayerNormalization: awayFromRows(-1),
  RMSNormalization: awayFromRows(-1),
  InstanceNormalization: windows,
  BatchNormalization: windows,
  Conv: windows,
  MaxPool: windows,
  AveragePool: windows,
  GlobalAveragePool: windows,
  ReduceMean: axesAwayFromRows,
  ReduceSum: axesAwayFromRows,
  ReduceMax: axesAwayFromRows,
  ReduceMin: axesAwayFromRows,
  ReduceL2: axesAwayFromRows,
  ArgMax: awayFromRows(0),
  CumSum: (place) => onlyFirst(place) && (place.types.constantInts(place.node.inputs[1] ?? "")?.[0] ?? 0) !== 0,
  Gather: gather,
  Slice: slice,
  Split: awayFromRows(0),
  Squeeze: axesAwayFromRows,
  Unsqueeze: axesAwayFromRows,
  Flatten: (place) => attribute(place, "axis", 1) > 0,
  Transpose: transpose,
  Reshape: reshape,
  Concat: concat,
  Expand: expand,
};

/** Nodes in which the one row is baked. */
function rewriteFor(node: Node, builder: GraphBuilder, { rows, types }: Followed): readonly string[] | undefined {
  if (node.domain !== "" || !rows.has(node.outputs[0] ?? "")) return undefined;
  if (node.opType === "Reshape") {
    const [x = "", target = ""] = node.inputs;
    const [leading] = types.constantInts(target) ?? [];
    const sizes = leading === 0 ? undefined : rowTarget({ node, types });
    return sizes === undefined ? undefined : [builder.emit("Reshape", [x, writeTarget(sizes, x, builder)])];
  }
  if (node.opType === "Concat") {
    const constant = node.inputs.filter((input) => !rows.has(input));
    const part = node.inputs.find((input) => rows.has(input));
    if (constant.length === 0 || part === undefined) return undefined;
    const rank = types.get(part)?.shape?.length ?? 1;
    const ones = builder.integers(new Array<number>(rank - 1).fill(1));
    const repeated = builder.concat([builder.sizeOf(part, 0), ones], 0);
    const inputs = node.inputs.map((input) => (rows.has(input) ? input : builder.emit("Expand", [input, repeated])));
    return [builder.emit("Concat", inputs, { attributes: node.attributes })];
  }
  return undefined;
}
