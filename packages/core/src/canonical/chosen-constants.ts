/**
 * @file An If that only chooses between stored tensors (tables of angles for short and for long texts), without branches: both
 * tables lie in one, of which the condition takes a part.
 */

import type { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node, StoredTensor } from "../onnx/model.ts";

/**
 * The outputs of an If whose branches store tensors and compute nothing; undefined for any other.
 *
 * The tensors of an output may differ in their first size.
 */
export function chosenConstants({ inputs, attributes }: Node, builder: GraphBuilder): readonly string[] | undefined {
  const [then, otherwise] = [attributes.then_branch, attributes.else_branch].map((branch) =>
    branch?.kind === "graph" ? storedOutputs(branch.value) : undefined,
  );
  if (then === undefined || otherwise === undefined) return undefined;
  const pairs = then.flatMap((tensor, output) => {
    const other = otherwise[output];
    return other !== undefined && fit(tensor, other) ? [[tensor, other] as const] : [];
  });
  if (pairs.length !== then.length) return undefined;
  const condition = builder.reshape(inputs[0] as string, [1]);
  return pairs.map(([tensor, other]) => {
    const kept = (one: StoredTensor) => builder.initializer({ ...one, name: builder.free(one.name) });
    const [rows, others] = [tensor.shape[0] as number, other.shape[0] as number];
    const both = builder.concat([kept(tensor), kept(other)], 0);
    const chosen = (yes: number, no: number) =>
      builder.emit("Where", [condition, builder.integers([yes]), builder.integers([no])]);
    return builder.emit("Slice", [both, chosen(0, rows), chosen(rows, rows + others), builder.integers([0])]);
  });
}

/** The tensors that a branch gives back, where all of them are stored in it. */
function storedOutputs({ nodes, initializers, outputs }: Graph): readonly StoredTensor[] | undefined {
  const stored = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  for (const { opType, domain, attributes, outputs: made } of nodes) {
    const { value } = attributes;
    const [name] = made;
    if (opType !== "Constant" || domain !== "" || value?.kind !== "tensor" || name === undefined) return undefined;
    stored.set(name, { ...value.value, name });
  }
  const found = outputs.flatMap(({ name }) => stored.get(name) ?? []);
  return found.length === outputs.length ? found : undefined;
}

const fit = (a: StoredTensor, b: StoredTensor): boolean =>
  a.dtype === b.dtype &&
  a.shape.length > 0 &&
  a.shape.length === b.shape.length &&
  a.shape.every((size, axis) => axis === 0 || size === b.shape[axis]);
