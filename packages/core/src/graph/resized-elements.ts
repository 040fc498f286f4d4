/** @file How many elements a Resize makes at most, where its input is a constant whose axes are computed: tables of positions. */

import type { Node, StoredTensor } from "../onnx/model.ts";
import { viewBytes } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { GraphIndex } from "./index-graph.ts";
import type { ShapeTable } from "./infer-shapes.ts";

/** As many elements in as out. */
const KEEPING: ReadonlySet<string> = new Set("Reshape Transpose Cast Identity Squeeze Unsqueeze Flatten".split(" "));
/** Between the sizes of a value and some of them. */
const CHOOSING: ReadonlySet<string> = new Set("Slice Gather Unsqueeze Squeeze Identity Cast".split(" "));

/**
 * At most so many elements; undefined where that cannot be told.
 *
 * Exporters give the first axes as those of the input and the last as numbers: then each element of the input becomes at
 * most as many as the product of these numbers.
 */
export function resizedElements(node: Node, index: GraphIndex, shapes: ShapeTable): number | undefined {
  const [data = "", , scales = "", sizes = ""] = node.inputs;
  const whole = elementsOf(data, index, shapes);
  if (whole === undefined) return undefined;
  const grown = sizes === "" ? growthOf(index.initializers.get(scales)) : statedSizes(data, sizes, index, shapes);
  return grown === undefined ? undefined : whole * grown;
}

function elementsOf(value: string, { producer, initializers }: GraphIndex, shapes: ShapeTable): number | undefined {
  for (let at: string | undefined = value; at !== undefined; ) {
    const shape = initializers.get(at)?.shape ?? shapes.get(at)?.shape;
    if (shape?.every((size) => typeof size === "number")) return elementCount(shape as readonly number[]);
    at = keptFrom(producer.get(at));
  }
  return undefined;
}

const keptFrom = (node: Node | undefined): string | undefined =>
  node !== undefined && KEEPING.has(node.opType) ? node.inputs[0] : undefined;

/** Product of the numbers among the sizes; all others must be sizes of the input itself. */
function statedSizes(data: string, sizes: string, index: GraphIndex, shapes: ShapeTable): number | undefined {
  const node = index.producer.get(sizes);
  const parts = node?.opType === "Concat" ? node.inputs : [sizes];
  let product = 1;
  for (const part of parts) {
    const numbers = shapes.constantInts(part);
    if (numbers !== undefined) for (const size of numbers) product *= Math.max(1, size);
    else if (!areSizesOf(data, part, index)) return undefined;
  }
  return product;
}

function areSizesOf(data: string, value: string, { producer }: GraphIndex): boolean {
  let node = producer.get(value);
  while (node !== undefined && CHOOSING.has(node.opType)) node = producer.get(node.inputs[0] ?? "");
  return node?.opType === "Shape" && node.inputs[0] === data;
}

/** Product of stored scales. */
function growthOf(scales: StoredTensor | undefined): number | undefined {
  if (scales?.dtype !== "float32" || scales.storage.kind !== "bytes") return undefined;
  const values = viewBytes("float32", scales.storage.bytes) as Float32Array;
  return values.reduce((product, value) => product * Math.max(1, Number(value)), 1);
}
