/** @file Emits nodes, constants, inputs and outputs with unique names; a new graph or one that grows from another. */

import { InternalError } from "../errors.ts";
import {
  type Attributes,
  type Dimension,
  float,
  type Graph,
  int,
  ints,
  type Node,
  type StoredTensor,
  type ValueInfo,
} from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import { boolTensor, floatTensor, intTensor, type Tensor } from "../tensor/tensor.ts";

/** What a node is emitted with. */
export interface EmitOptions {
  readonly attributes?: Attributes;
  /** "" (ai.onnx) unless given. */
  readonly domain?: string;
  /** Wanted name of the (first) output; made unique. Default: derived from the operator. */
  readonly output?: string;
  /** Name of the node. Default: the name of its first output. */
  readonly name?: string;
}

/** How the operands of a matrix product are used. Last two axes; `alpha` multiplies the product. */
export interface MatMulOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
  readonly output?: string;
}

export interface GraphBuilderOptions {
  readonly name?: string;
  /** A graph to continue from; its names are taken. */
  readonly from?: Graph;
  /** What names that the builder chooses start with: keeps them apart from names of nodes that are added later. */
  readonly prefix?: string;
  /** Versions of the operator sets that nodes are emitted for. Default: { "": 17, "com.microsoft": 1 }. */
  readonly opsets?: Readonly<Record<string, number>>;
}

export const DEFAULT_OPSETS: Readonly<Record<string, number>> = { "": 17, "com.microsoft": 1 };

/**
 * A graph under construction.
 *
 * A class, because it has a lifetime: names stay unique while it lives, `build()` ends it.
 */
export class GraphBuilder {
  readonly opsets: Readonly<Record<string, number>>;
  readonly #name: string;
  readonly #basePrefix: string;
  #prefix: string;
  readonly #names = new Set<string>([""]);
  readonly #counters = new Map<string, number>();
  readonly #constants = new Map<string, string>();
  readonly #nodes: Node[];
  readonly #initializers: StoredTensor[];
  readonly #inputs: ValueInfo[];
  readonly #outputs: ValueInfo[];
  readonly #values: ValueInfo[];

  constructor(options: GraphBuilderOptions = {}) {
    const { from } = options;
    this.opsets = options.opsets ?? DEFAULT_OPSETS;
    this.#name = options.name ?? from?.name ?? "graph";
    this.#basePrefix = options.prefix ?? "";
    this.#prefix = this.#basePrefix;
    this.#nodes = [...(from?.nodes ?? [])];
    this.#initializers = [...(from?.initializers ?? [])];
    this.#inputs = [...(from?.inputs ?? [])];
    this.#outputs = [...(from?.outputs ?? [])];
    this.#values = [...(from?.values ?? [])];
    for (const value of [...this.#inputs, ...this.#initializers]) this.#names.add(value.name);
    for (const node of this.#nodes) {
      this.#names.add(node.name);
      for (const output of node.outputs) this.#names.add(output);
    }
  }

  /** A name nobody uses yet: `wanted`, or `wanted_1`, `wanted_2`, ... */
  unique(wanted: string): string {
    let name = wanted;
    while (this.#names.has(name)) {
      const count = (this.#counters.get(wanted) ?? 0) + 1;
      this.#counters.set(wanted, count);
      name = `${wanted}_${count}`;
    }
    this.#names.add(name);
    return name;
  }

  /** A name nobody uses yet, which stays free. */
  free(wanted: string): string {
    const name = this.unique(wanted);
    this.#names.delete(name);
    return name;
  }

  /** Declares a graph input and returns its name, which must be free. */
  input(name: string, dtype: DType, shape: readonly Dimension[]): string {
    this.#claim(name);
    this.#inputs.push({ name, dtype, shape });
    return name;
  }

  /** Makes `value` a graph output under `name` (an Identity node is added where the names differ). */
  output(value: string, name: string = value, dtype: DType = "float32", shape?: readonly Dimension[]): string {
    if (name !== value) {
      this.#claim(name);
      this.#nodes.push({ name, opType: "Identity", domain: "", inputs: [value], outputs: [name], attributes: {} });
    }
    this.#outputs.push({ name, dtype, shape });
    return name;
  }

  /** Adds a stored tensor under its own name, which must be free. */
  initializer(tensor: StoredTensor): string {
    this.#claim(tensor.name);
    this.#initializers.push(tensor);
    return tensor.name;
  }

  /** Runs `emit` with another start for the names that the builder chooses. */
  withPrefix<T>(prefix: string, emit: () => T): T {
    const outer = this.#prefix;
    this.#prefix = prefix;
    try {
      return emit();
    } finally {
      this.#prefix = outer;
    }
  }

  /** Whether a value, constant or node of that name exists. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** A small constant; equal ones are shared. */
  constant(tensor: Tensor, wanted = "constant"): string {
    const key = `${tensor.dtype}[${tensor.shape}]${Array.from(tensor.data as ArrayLike<number | bigint>, (v) => (Object.is(v, -0) ? "-0" : String(v))).join(",")}`;
    const existing = this.#constants.get(key);
    if (existing !== undefined) return existing;
    const name = this.unique(`${this.#basePrefix}${wanted}`);
    const { buffer, byteOffset, byteLength } = tensor.data;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength).slice();
    this.#initializers.push({ name, dtype: tensor.dtype, shape: tensor.shape, storage: { kind: "bytes", bytes } });
    this.#constants.set(key, name);
    return name;
  }

  /** A float32 scalar. */
  scalar(value: number): string {
    return this.constant(floatTensor([value], []), "scalar");
  }

  /** A one-dimensional int64 constant: axes, shapes, slice limits. */
  integers(values: readonly number[]): string {
    return this.constant(intTensor(values, [values.length]), "integers");
  }

  /** A one-dimensional bool constant. */
  booleans(values: readonly boolean[]): string {
    return this.constant(boolTensor(values, [values.length]), "booleans");
  }

  /** Emits one node with one output and returns the name of that output. */
  emit(opType: string, inputs: readonly string[], options: EmitOptions = {}): string {
    return this.emitMany(opType, inputs, 1, options)[0] as string;
  }

  /** Emits one node with `count` outputs and returns their names. */
  emitMany(opType: string, inputs: readonly string[], count: number, options: EmitOptions = {}): string[] {
    const wanted = options.output ?? `${this.#prefix}${opType}`;
    const outputs = Array.from({ length: count }, (_, i) => this.unique(i === 0 ? wanted : `${wanted}__${i}`));
    const name = options.name === undefined ? (outputs[0] as string) : options.name;
    this.#nodes.push({
      name,
      opType,
      domain: options.domain ?? "",
      inputs: trimOmitted(inputs),
      outputs,
      attributes: options.attributes ?? {},
    });
    return outputs;
  }

  /** Adds a finished node as it is; its outputs must be free. */
  node(node: Node): void {
    for (const output of node.outputs) if (output !== "") this.#claim(output);
    this.#nodes.push(node);
  }

  // The vocabulary that blocks and gradient rules are written in.

  add = (a: string, b: string, output?: string): string => this.emit("Add", [a, b], named(output));
  sub = (a: string, b: string, output?: string): string => this.emit("Sub", [a, b], named(output));
  mul = (a: string, b: string, output?: string): string => this.emit("Mul", [a, b], named(output));
  div = (a: string, b: string, output?: string): string => this.emit("Div", [a, b], named(output));
  neg = (a: string, output?: string): string => this.emit("Neg", [a], named(output));

  /**
   * alpha * A' B', where ' transposes the last two axes if asked. Anything but a plain product is one FusedMatMul of
   * com.microsoft, which reads the operands as they lie; `lowerFusedMatMul` rewrites it for engines without that kernel.
   */
  matmul(a: string, b: string, options: MatMulOptions = {}): string {
    const { transA = false, transB = false, alpha = 1, output } = options;
    if (!transA && !transB && alpha === 1) return this.emit("MatMul", [a, b], named(output));
    return this.emit("FusedMatMul", [a, b], {
      domain: "com.microsoft",
      attributes: { transA: int(transA ? 1 : 0), transB: int(transB ? 1 : 0), alpha: float(alpha) },
      ...named(output),
    });
  }

  transpose(a: string, perm: readonly number[], output?: string): string {
    return this.emit("Transpose", [a], { attributes: { perm: ints(perm) }, ...named(output) });
  }

  /** Reshape to constant sizes; 0 copies a size of the input, -1 is inferred. */
  reshape(a: string, sizes: readonly number[], output?: string): string {
    return this.emit("Reshape", [a, this.integers(sizes)], named(output));
  }

  /** Sum over constant axes (ReduceSum: axes are an attribute before opset 13, an input from there). */
  reduceSum(a: string, axes: readonly number[], keepDims = true, output?: string): string {
    return this.#withAxes("ReduceSum", a, axes, 13, { keepdims: int(keepDims ? 1 : 0) }, output);
  }

  /** Mean over constant axes (ReduceMean: axes are an attribute before opset 18, an input from there). */
  reduceMean(a: string, axes: readonly number[], keepDims = true, output?: string): string {
    return this.#withAxes("ReduceMean", a, axes, 18, { keepdims: int(keepDims ? 1 : 0) }, output);
  }

  /** Maximum over constant axes (ReduceMax: axes are an attribute before opset 18, an input from there). */
  reduceMax(a: string, axes: readonly number[], keepDims = true, output?: string): string {
    return this.#withAxes("ReduceMax", a, axes, 18, { keepdims: int(keepDims ? 1 : 0) }, output);
  }

  /** Adds axes of size 1 (Unsqueeze: axes are an attribute before opset 13). */
  unsqueeze(a: string, axes: readonly number[], output?: string): string {
    return this.#withAxes("Unsqueeze", a, axes, 13, {}, output);
  }

  /** Removes axes of size 1 (Squeeze: axes are an attribute before opset 13). */
  squeeze(a: string, axes: readonly number[], output?: string): string {
    return this.#withAxes("Squeeze", a, axes, 13, {}, output);
  }

  concat(values: readonly string[], axis: number, output?: string): string {
    return this.emit("Concat", values, { attributes: { axis: int(axis) }, ...named(output) });
  }

  /** Slice along one axis between two one-element int64 values (or constants). */
  slice(a: string, axis: number, start: string | number, end: string | number, output?: string): string {
    const limit = (v: string | number) => (typeof v === "number" ? this.integers([v]) : v);
    return this.emit("Slice", [a, limit(start), limit(end), this.integers([axis])], named(output));
  }

  /** The shape of a value as int64 [rank]. */
  shapeOf(a: string, output?: string): string {
    return this.emit("Shape", [a], named(output));
  }

  /** The size of one axis as int64 [1]. */
  sizeOf(a: string, axis: number, output?: string): string {
    return this.slice(this.shapeOf(a), 0, axis, axis + 1, output);
  }

  /** Number of nodes so far, those of the graph it grows from included. */
  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** The nodes from the `count`th on. Cost: as many as they are. */
  nodesFrom(count: number): readonly Node[] {
    return this.#nodes.slice(count);
  }

  /** Everything emitted so far as a graph. */
  build(): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      values: [...this.#values],
      initializers: [...this.#initializers],
      nodes: [...this.#nodes],
    };
  }

  #withAxes(
    opType: string,
    a: string,
    axes: readonly number[],
    inputSince: number,
    attributes: Attributes,
    output: string | undefined,
  ): string {
    return (this.opsets[""] ?? 0) >= inputSince
      ? this.emit(opType, [a, this.integers(axes)], { attributes, ...named(output) })
      : this.emit(opType, [a], { attributes: { axes: ints(axes), ...attributes }, ...named(output) });
  }

  #claim(name: string): void {
    if (this.#names.has(name)) throw new InternalError(`name "${name}" is taken in graph "${this.#name}"`);
    this.#names.add(name);
  }
}

const named = (output: string | undefined): { output?: string } => (output === undefined ? {} : { output });

/** Trailing omitted optional inputs are left away, as the format wants. */
function trimOmitted(inputs: readonly string[]): readonly string[] {
  let end = inputs.length;
  while (end > 0 && inputs[end - 1] === "") end--;
  return end === inputs.length ? inputs : inputs.slice(0, end);
}
