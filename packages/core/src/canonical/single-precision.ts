/** @file Half-precision graphs computed in float32: weights widened by Cast, the casts in between gone. */

import { indexGraph } from "../graph/index-graph.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import { rewireInputs } from "../graph/rewire.ts";
import { type Attribute, type Graph, int, type Node, type StoredTensor } from "../onnx/model.ts";
import { type DType, dtypeCode, dtypeFromCode, viewBytes } from "../tensor/dtype.ts";
import { toFloatTensor } from "../tensor/half.ts";
import { elementCount } from "../tensor/tensor.ts";
import { smallNumbers } from "./constants.ts";
import { countOf, type Pass, unchanged } from "./pass.ts";
import { prune, rewriteNodes } from "./rewrite-nodes.ts";
import { storeTensor } from "./store-constant-nodes.ts";

const isHalf = (dtype: DType | undefined): boolean => dtype === "float16" || dtype === "bfloat16";

/**
 * The graph with float32 where it has float16 or bfloat16. Weights keep their type and place in the file; a Cast, which
 * the engine folds, widens each. Inputs and outputs become float32. Results get more exact, not only different: a
 * half-precision engine rounds every inner value.
 */
export const singlePrecision: Pass = (draft) => {
  const { graph } = draft;
  const { consumers } = indexGraph(graph);
  // A weight that nothing but a Cast reads is as it should be.
  const stored = graph.initializers.filter(
    ({ name, dtype }) => isHalf(dtype) && consumers.get(name)?.every(({ opType }) => opType === "Cast") !== true,
  );
  const isAffected =
    stored.length > 0 || [...graph.inputs, ...graph.outputs].some(({ dtype }) => isHalf(dtype)) || castsToHalf(graph);
  if (!isAffected) return unchanged(draft);
  const widened = widenConstants(graph, stored);
  const retyped: Graph = {
    ...widened,
    inputs: graph.inputs.map(toSingle),
    outputs: graph.outputs.map(toSingle),
    values: graph.values.map(toSingle),
    nodes: widened.nodes.map(retypeNode),
  };
  const types = inferShapes(retyped, draft.opsets);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const { graph: result } = rewriteNodes({ ...draft, graph: retyped }, (node) => {
    const [x = ""] = node.inputs;
    const redundant = node.domain === "" && node.opType === "Cast" && castTarget(node) === types.get(x)?.dtype;
    return redundant && !outputs.has(node.outputs[0] ?? "") ? [x] : undefined;
  });
  const kind = stored.some(({ dtype }) => dtype === "bfloat16") ? "bfloat16" : "float16";
  const notes = [`${countOf(stored.length, `${kind} constant`)} widened, all arithmetic in float32`];
  return { ...draft, graph: prune(result), notes, widened: true };
};

const toSingle = <T extends { readonly dtype: DType | undefined }>(value: T): T =>
  isHalf(value.dtype) ? { ...value, dtype: "float32" } : value;

function castTarget({ attributes: { to } }: Node): DType | undefined {
  return to?.kind === "int" ? dtypeFromCode(to.value) : undefined;
}

const castsToHalf = ({ nodes }: Graph): boolean =>
  nodes.some((node) => node.opType === "Cast" && isHalf(castTarget(node)));

/** Small constants are widened at once, so that passes can read them; weights by a Cast behind the stored tensor. */
function widenConstants(graph: Graph, stored: readonly StoredTensor[]): Graph {
  const names = new Map<string, string>();
  const casts: Node[] = [];
  const initializers = graph.initializers.map((tensor) => {
    return isHalf(tensor.dtype) && smallNumbers(tensor) !== undefined ? widen(tensor) : tensor;
  });
  const taken = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const { name } of stored.filter((tensor) => smallNumbers(tensor) === undefined)) {
    let wide = `${name}__float32`;
    while (taken.has(wide)) wide += "_";
    names.set(name, wide);
    const attributes = { to: int(dtypeCode("float32")) };
    casts.push({ name: wide, opType: "Cast", domain: "", inputs: [name], outputs: [wide], attributes });
  }
  return { ...graph, initializers, nodes: [...casts, ...graph.nodes.map((node) => rewireInputs(node, names))] };
}

function widen(tensor: StoredTensor): StoredTensor {
  if (tensor.storage.kind !== "bytes") return tensor;
  const { name, dtype, shape, storage } = tensor;
  const data = viewBytes(dtype, storage.bytes.slice(0, 2 * elementCount(shape)));
  return storeTensor(name, toFloatTensor({ dtype, shape, data }));
}

/** Types that attributes name, and tensors that they hold. */
function retypeNode(node: Node): Node {
  const entries = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind === "tensor" && isHalf(attribute.value.dtype)) {
      return [name, { kind: "tensor", value: widen(attribute.value) }];
    }
    const isType = attribute.kind === "int" && (name === "to" || name === "dtype" || name === "output_dtype");
    return isType && isHalf(dtypeFromCode(attribute.value)) ? [name, int(dtypeCode("float32"))] : [name, attribute];
  });
  return { ...node, attributes: Object.fromEntries(entries) };
}
