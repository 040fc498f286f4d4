/** @file Names that calig's programs give to their own inputs and outputs, freed where a file happens to have them. */

import { UnsupportedModelError } from "../errors.ts";
import { rewireInputs } from "../graph/rewire.ts";
import type { Graph } from "../onnx/model.ts";
import { type Pass, unchanged } from "./pass.ts";

/** What names of programs start with: `program/score.ts`, `sweep.ts`, `forward.ts`, `input-gradients.ts`. */
const OWN = /^(score|sweep|baseline|gradients)\./;

/**
 * Inner values and stored tensors of such names get others.
 *
 * @throws {UnsupportedModelError} When an input or output has such a name: the file is fed and read by it.
 */
export const freeNames: Pass = (draft) => {
  const { graph } = draft;
  const outer = [...graph.inputs, ...graph.outputs].find(({ name }) => OWN.test(name));
  if (outer !== undefined) {
    throw new UnsupportedModelError(
      `Cannot use the ONNX file: its input or output "${outer.name}" has a name that starts as those of calig's own programs do; export it under another name, such as "input_ids" or "logits"`,
      [{ reason: `reserved name "${outer.name}"` }],
    );
  }
  const made = [...graph.initializers.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)];
  const taken = new Set(made);
  const names = new Map(made.filter((name) => OWN.test(name)).map((name) => [name, unused(`file/${name}`, taken)]));
  if (names.size === 0) return unchanged(draft);
  const renamed = (name: string) => names.get(name) ?? name;
  const result: Graph = {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...rewireInputs(node, names), outputs: node.outputs.map(renamed) })),
    initializers: graph.initializers.map((tensor) => ({ ...tensor, name: renamed(tensor.name) })),
    values: graph.values.map((value) => ({ ...value, name: renamed(value.name) })),
  };
  return { ...draft, graph: result, notes: [] };
};

function unused(wanted: string, taken: Set<string>): string {
  const name = taken.has(wanted) ? unused(`${wanted}'`, taken) : wanted;
  taken.add(name);
  return name;
}
