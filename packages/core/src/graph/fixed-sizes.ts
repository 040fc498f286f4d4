/** @file What a graph makes whatever it is given: values and products of fixed size, added up before an engine makes them. */

import { type ModelIssue, UnsupportedModelError } from "../errors.ts";
import type { Dimension, Graph, Node, StoredTensor } from "../onnx/model.ts";
import { byteSize, type DType, viewBytes } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { capturedValues, indexGraph } from "./index-graph.ts";
import { inferShapes, type ShapeTable } from "./infer-shapes.ts";
import { resizedElements } from "./resized-elements.ts";
import { factorsOf, type Shape } from "./shape-rule.ts";

/** So much for any file, and so much for each byte of it. */
interface Limit {
  readonly least: number;
  readonly perByte: number;
}

/** One value, bytes. Exporters store masks and tables of positions, or make them of what is stored. */
const VALUE: Limit = { least: 2 ** 28, perByte: 32 };
/** All values that nothing but constants decides, bytes: the engine makes them when it compiles. Numbers of 2 bits take 200 for each. */
const CONSTANTS: Limit = { least: 2 ** 30, perByte: 512 };
/** Products of numbers in all matrix products, for one row of one token. */
const PRODUCTS: Limit = { least: 1e11, perByte: 1e4 };
/** Times that a body of Loop is run. */
const ITERATIONS = 100_000;

/** Operators whose results may be of any size, whatever the size of their inputs. */
const GROWING: ReadonlySet<string> = new Set(
  "ConstantOfShape Expand Tile Range Pad OneHot Resize Upsample CenterCropPad HannWindow HammingWindow BlackmanWindow MelWeightMatrix AffineGrid".split(
    " ",
  ),
);
const MULTIPLYING: ReadonlySet<string> = new Set(["MatMul", "FusedMatMul", "Gemm", "Conv"]);

/**
 * Refuses a graph that makes far more than its file holds, for inputs of any size: each symbol counts as 1.
 *
 * Cost: one inference of shapes.
 *
 * @param bytes - Size of the file, or of the weights.
 * @throws {UnsupportedModelError} Names the first node that goes too far.
 */
export function checkFixedSizes(graph: Graph, opsets: Readonly<Record<string, number>>, bytes: number): void {
  const spent = { constants: 0, products: 0 };
  const allowed = ({ least, perByte }: Limit) => least + perByte * bytes;
  check(graph, 1);

  function check({ nodes, ...rest }: Graph, times: number): void {
    const shapes = inferShapes({ ...rest, nodes }, opsets);
    const inputs = new Set(rest.inputs.map(({ name }) => name));
    const scalars = new Map(rest.initializers.map((tensor) => [tensor.name, tensor]));
    const index = indexGraph({ ...rest, nodes });
    const constant = new Set(rest.initializers.map(({ name }) => name).filter((name) => !inputs.has(name)));
    for (const node of nodes) {
      const isConstant = isDecided(node, constant);
      const own = node.opType === "Range" ? rangeShape(node, scalars) : undefined;
      if (isConstant) for (const output of node.outputs) constant.add(output);
      for (const output of node.outputs) {
        if (output === "") continue;
        const { shape, dtype = "float32" } = shapes.get(output) ?? {};
        spend(node, own ?? shape, dtype, isConstant);
      }
      spent.products += times * productsOf(node, shapes);
      if (spent.products > allowed(PRODUCTS)) throw refusal(node, "its products, added to those before it,");
      const again = node.opType === "Loop" ? times * iterations(node, shapes) : times;
      for (const attribute of Object.values(node.attributes)) {
        if (attribute.kind === "graph") check(attribute.value, again);
      }
    }

    /** @throws {UnsupportedModelError} Where that cannot be told. */
    function mostElements(node: Node): number {
      const most = node.opType === "Resize" ? resizedElements(node, index, shapes) : undefined;
      if (most === undefined) throw refusal(node, "a constant whose size cannot be told");
      return most;
    }

    function spend(node: Node, shape: Shape | undefined, dtype: DType, decided: boolean) {
      const least = byteSize(dtype === "string" ? "int64" : dtype, fixedElements(shape));
      if (least > allowed(VALUE)) throw refusal(node, `a value of at least ${gigabytes(least)}`);
      if (!decided) return;
      const isOpen = shape?.every((size) => typeof size === "number") !== true;
      const most = isOpen && GROWING.has(node.opType) ? mostElements(node) : undefined;
      const own = most === undefined ? least : byteSize(dtype === "string" ? "int64" : dtype, most);
      spent.constants += times * own;
      if (spent.constants > allowed(CONSTANTS)) throw refusal(node, `constants of ${gigabytes(spent.constants)}`);
    }
  }
}

const isDecided = (node: Node, constant: ReadonlySet<string>): boolean =>
  [...node.inputs, ...capturedValues(node)].every((input) => input === "" || constant.has(input));

/** Elements of a value whose open axes have one each. */
const fixedElements = (shape: Shape | undefined): number =>
  (shape ?? []).reduce((product: number, size) => product * fixedSize(size), 1);

const fixedSize = (size: Dimension): number => (size === undefined ? 1 : factorsOf(size).number);

/** Of a range between stored numbers with a point, which shapes are not inferred from. */
function rangeShape({ inputs }: Node, stored: ReadonlyMap<string, StoredTensor>): Shape | undefined {
  const [start, limit, step] = inputs.map((input) => scalarOf(stored.get(input)));
  if (start === undefined || limit === undefined || step === undefined) return undefined;
  const length = Math.ceil((limit - start) / step);
  return Number.isNaN(length) ? undefined : [Math.max(0, length)];
}

function scalarOf(tensor: StoredTensor | undefined): number | undefined {
  if (tensor === undefined || (tensor.dtype !== "float32" && tensor.dtype !== "float64")) return undefined;
  const { dtype, shape, storage } = tensor;
  if (storage.kind !== "bytes" || elementCount(shape) !== 1) return undefined;
  return Number(viewBytes(dtype, storage.bytes)[0]);
}

/** Multiplications of numbers in a matrix product or convolution. */
function productsOf(node: Node, shapes: ShapeTable): number {
  if (!MULTIPLYING.has(node.opType)) return 0;
  const [shape, weight] = [node.outputs[0], node.inputs[1]].map((value) => shapes.get(value ?? "")?.shape);
  if (weight === undefined) return 0;
  const isConvolution = node.opType === "Conv";
  const { transB } = node.attributes;
  const isTransposed = transB?.kind === "int" && transB.value !== 0;
  const inner = isConvolution ? weight.slice(1) : [weight.at(isTransposed ? -1 : -2)];
  return fixedElements(shape) * fixedElements(inner);
}

/** How often the body of a Loop is run: a number, or 1 where it is the size of an axis. */
function iterations(node: Node, shapes: ShapeTable): number {
  const [count] = shapes.elements(node.inputs[0] ?? "") ?? [];
  if (typeof count === "string") return 1;
  if (count !== undefined && count <= ITERATIONS) return Math.max(1, count);
  throw refusal(node, `a loop of ${count ?? "an unknown number of"} rounds`);
}

function refusal({ name, opType, domain }: Node, what: string): UnsupportedModelError {
  const reason = `${what} ${what.startsWith("its") ? "are" : "is"} far more than the file holds`;
  const issue: ModelIssue = { node: name, opType, domain, reason };
  return new UnsupportedModelError(
    `Cannot run the model: node "${name}" (${opType}) asks for too much: ${reason}; export the model with its constants stored`,
    [issue],
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(2)} GB`;

/** Bytes of all stored tensors of a graph. */
export const storedBytes = ({ initializers }: Graph): number =>
  initializers.reduce(
    (sum, { dtype, shape }) => sum + (dtype === "string" ? 0 : byteSize(dtype, elementCount(shape))),
    0,
  );
