/**
 * @file Reverse mode over an ONNX graph: gradients as more ONNX nodes.
 *
 * The engine finds the paths, accumulates, un-broadcasts and checks; it knows no operator. Rules know one each.
 */

import { InternalError, type ModelIssue, UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { capturedValues } from "../graph/index-graph.ts";
import { inferShapes, type ShapeTable } from "../graph/infer-shapes.ts";
import { type Graph, int, type Node, type StoredTensor } from "../onnx/model.ts";
import { dtypeCode, isFloating } from "../tensor/dtype.ts";
import { createContext } from "./context.ts";
import { createRegistry, findEntry, type RuleRegistry } from "./registry.ts";
import type { RuleEntry } from "./rule.ts";
import { sumToShape } from "./unbroadcast.ts";

export interface GradientOptions {
  /** Value that is differentiated; of any shape: the gradient is that of the sum of its elements. */
  readonly of: string;
  /** Graph inputs or inner values whose gradients are wanted. */
  readonly withRespectTo: readonly string[];
  readonly opsets: Readonly<Record<string, number>>;
  /** Rules to use. Default: all of calig's. */
  readonly registry?: RuleRegistry | undefined;
}

export interface GradientGraph {
  /** The forward graph and the gradient nodes; the outputs are those of the forward graph. */
  readonly graph: Graph;
  /** Gradient value of each reachable value asked for. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Values asked for that `of` does not depend on. */
  readonly unreachable: readonly string[];
}

/**
 * Adds the gradient of `of` with respect to the wanted values to a graph. Only nodes on a path between them are
 * differentiated; gradients of weights are never built.
 *
 * Cost: the gradient nodes do about as much work as the forward nodes on the path, twice that where both operands of
 * products depend on the wanted values.
 *
 * @throws {UnsupportedModelError} When operators on a path have no rule; lists all of them.
 */
export function buildGradientGraph(graph: Graph, options: GradientOptions): GradientGraph {
  const { of, withRespectTo, opsets, registry = createRegistry() } = options;
  checkOpset(graph.name, opsets);
  const find = ({ domain, opType }: Node) => findEntry(registry, domain, opType, opsets[domain] ?? 1);
  const isOpen = (node: Node) => find(node)?.rule !== "none";
  const path = findPath(graph, of, new Set(withRespectTo), inferShapes(graph, opsets), isOpen);
  const entries = entriesOf(path.nodes, graph.name, opsets, find);
  const extended = addOutputs(graph, entries);
  const builder = new GraphBuilder({ from: extended.graph, opsets });
  const tape = new Tape(builder, extended.graph, path.values, opsets);
  tape.seed(of);
  for (const node of [...path.nodes].reverse()) {
    tape.differentiate(extended.replaced.get(node) ?? node, entries.get(node) as RuleEntry);
  }
  const gradients = new Map<string, string>();
  for (const value of withRespectTo) {
    const gradient = tape.gradientOf(value);
    if (gradient !== undefined) gradients.set(value, gradient);
  }
  return { graph: builder.build(), gradients, unreachable: withRespectTo.filter((value) => !gradients.has(value)) };
}

/** Gradients are written with Slice-10, Pad-11, ScatterElements-11 and newer operators. */
const OLDEST_OPSET = 11;

function checkOpset(graphName: string, opsets: Readonly<Record<string, number>>): void {
  const opset = opsets[""] ?? 0;
  if (opset >= OLDEST_OPSET) return;
  throw new UnsupportedModelError(
    `Cannot build gradients for graph "${graphName}": it uses operator set ${opset}, wanted ${OLDEST_OPSET} or newer; export the model again with a newer opset`,
    [{ domain: "", opset, reason: "operator set too old" }],
  );
}

interface Path {
  /** In graph order. */
  readonly nodes: readonly Node[];
  readonly values: ReadonlySet<string>;
}

/** Nodes and floating-point values that lie between a wanted value and `of`. Nodes that are not open let nothing through. */
function findPath(
  graph: Graph,
  of: string,
  wanted: ReadonlySet<string>,
  shapes: ShapeTable,
  isOpen: (node: Node) => boolean,
): Path {
  const floating = (value: string) => {
    const dtype = shapes.get(value)?.dtype;
    return value !== "" && (dtype === undefined || isFloating(dtype));
  };
  // What the bodies of If and Loop take from outside is an input as well.
  const used = new Map(graph.nodes.map((node) => [node, [...node.inputs, ...capturedValues(node)]]));
  const dependent = new Set(wanted);
  for (const [node, inputs] of used) {
    if (!inputs.some((input) => dependent.has(input)) || !isOpen(node)) continue;
    for (const output of node.outputs) if (floating(output)) dependent.add(output);
  }
  const values = new Set(dependent.has(of) ? [of] : []);
  const nodes: Node[] = [];
  for (const [node, all] of [...used].reverse()) {
    if (!node.outputs.some((output) => values.has(output)) || !isOpen(node)) continue;
    const inputs = all.filter((input) => dependent.has(input) && floating(input));
    if (inputs.length === 0) continue;
    nodes.push(node);
    for (const input of inputs) values.add(input);
  }
  return { nodes: nodes.reverse(), values };
}

/** The registry entry of every node on the path. @throws {UnsupportedModelError} When any has none. */
function entriesOf(
  nodes: readonly Node[],
  graphName: string,
  opsets: Readonly<Record<string, number>>,
  find: (node: Node) => RuleEntry | undefined,
): ReadonlyMap<Node, RuleEntry> {
  const entries = new Map<Node, RuleEntry>();
  const issues: Required<ModelIssue>[] = [];
  for (const node of nodes) {
    const { name, opType, domain } = node;
    const entry = find(node);
    if (entry !== undefined) entries.set(node, entry);
    else
      issues.push({ node: name, opType, domain, opset: opsets[domain] ?? 1, reason: "no gradient rule is registered" });
  }
  const [first] = issues;
  if (first === undefined) return entries;
  const counts = new Map<string, number>();
  for (const { opType, domain } of issues) {
    const operator = domain === "" ? opType : `${domain}.${opType}`;
    counts.set(operator, (counts.get(operator) ?? 0) + 1);
  }
  const list = [...counts].map(([operator, count]) => `${operator} (${count})`).join(", ");
  throw new UnsupportedModelError(
    `Cannot build a gradient for node "${first.node}" (${first.opType}, opset ${first.opset}) of graph "${graphName}": no gradient rule is registered. Operators without a rule in this model: ${list}`,
    issues,
  );
}

/** The graph with the optional outputs that rules read added to their nodes. */
function addOutputs(graph: Graph, entries: ReadonlyMap<Node, RuleEntry>) {
  const replaced = new Map<Node, Node>();
  for (const [node, { outputs: read = [] }] of entries) {
    if (read.every((i) => (node.outputs[i] ?? "") !== "")) continue;
    const length = Math.max(node.outputs.length, ...read.map((i) => i + 1));
    const outputs = Array.from({ length }, (_, i) => {
      const own = node.outputs[i] ?? "";
      return own === "" && read.includes(i) ? `${node.outputs[0]}__output_${i}` : own;
    });
    replaced.set(node, { ...node, outputs });
  }
  return { graph: { ...graph, nodes: graph.nodes.map((node) => replaced.get(node) ?? node) }, replaced };
}

/** Gradients while they gather. A class, because contributions add up until the producer of a value is reached. */
class Tape {
  readonly #builder: GraphBuilder;
  readonly #shapes: ShapeTable;
  readonly #constants: ReadonlyMap<string, StoredTensor>;
  readonly #path: ReadonlySet<string>;
  readonly #opsets: Readonly<Record<string, number>>;
  readonly #contributions = new Map<string, string[]>();
  readonly #sums = new Map<string, string>();

  constructor(
    builder: GraphBuilder,
    graph: Graph,
    path: ReadonlySet<string>,
    opsets: Readonly<Record<string, number>>,
  ) {
    this.#builder = builder;
    this.#shapes = inferShapes(graph, opsets);
    this.#constants = constantsOf(graph);
    this.#path = path;
    this.#opsets = opsets;
  }

  /** Starts with the gradient of a value with respect to itself: ones. */
  seed(of: string): void {
    if (!this.#path.has(of)) return;
    const one = this.#builder.scalar(1);
    const ones = this.#builder.emit("Expand", [one, this.#builder.shapeOf(of)], { output: `${of}__grad` });
    const dtype = this.#shapes.get(of)?.dtype ?? "float32";
    const attributes = { to: int(dtypeCode(dtype)) };
    this.#contributions.set(of, [dtype === "float32" ? ones : this.#builder.emit("Cast", [ones], { attributes })]);
  }

  /** The sum of what reached a value; undefined where nothing did. */
  gradientOf(value: string): string | undefined {
    const done = this.#sums.get(value);
    if (done !== undefined) return done;
    const parts = this.#contributions.get(value);
    if (parts === undefined) return undefined;
    const sum =
      parts.length === 1 ? (parts[0] as string) : this.#builder.emit("Sum", parts, { output: `${value}__grad` });
    this.#sums.set(value, sum);
    return sum;
  }

  /** Passes the gradients of a node's outputs on to its inputs. */
  differentiate(node: Node, { rule, broadcasts = false }: RuleEntry): void {
    const gradients = node.outputs.map((output) => (output === "" ? undefined : this.gradientOf(output)));
    if (rule === "none" || gradients.every((gradient) => gradient === undefined)) return;
    const read = new Set<number>();
    const context = createContext({
      node,
      opset: this.#opsets[node.domain] ?? 1,
      builder: this.#builder,
      shapes: this.#shapes,
      constants: this.#constants,
      outputGradient: (i) => {
        read.add(i);
        return gradients[i];
      },
      needed: this.#path,
    });
    this.#builder.withPrefix(`${node.name || node.outputs[0]}__grad/`, () => {
      const inputGradients = rule(context);
      if (inputGradients.length !== node.inputs.length) {
        throw new InternalError(
          `rule of ${node.opType} gave ${inputGradients.length} gradients for the ${node.inputs.length} inputs of node "${node.name}"`,
        );
      }
      const ignored = gradients.findIndex((gradient, i) => gradient !== undefined && !read.has(i));
      if (ignored >= 0) context.refuse(`output ${ignored} ("${node.outputs[ignored]}") is not differentiated`);
      node.inputs.forEach((input, i) => {
        const gradient = inputGradients[i];
        if (gradient === undefined || !this.#path.has(input)) return;
        this.#contribute(input, broadcasts ? this.#unbroadcast(gradient, node, input) : gradient);
      });
    });
  }

  #unbroadcast(gradient: string, node: Node, input: string): string {
    const from = this.#shapes.get(node.outputs[0] as string)?.shape;
    return sumToShape(this.#builder, gradient, from, input, this.#shapes.get(input)?.shape);
  }

  #contribute(value: string, gradient: string): void {
    const parts = this.#contributions.get(value);
    if (parts === undefined) this.#contributions.set(value, [gradient]);
    else parts.push(gradient);
  }
}

/** Initializers and the tensors of Constant nodes, by the name of the value. */
function constantsOf(graph: Graph): ReadonlyMap<string, StoredTensor> {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const { attributes, outputs } of graph.nodes) {
    const { value } = attributes;
    if (value?.kind === "tensor" && outputs[0] !== undefined) constants.set(outputs[0], value.value);
  }
  return constants;
}
