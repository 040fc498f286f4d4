/** @file Whether a graph computes any number of rows, proven from the shapes of its values. */

import { extractGraph } from "../../graph/extract.ts";
import { inferShapes } from "../../graph/infer-shapes.ts";
import type { TransformerGraph } from "../anatomy.ts";

/** Stands for a number of rows other than that of the inputs. */
const ROWS = "rows";

/** Whether the inputs take one row only: the size 1 is stated for their first axis. */
export function takesOneRow({ graph, anatomy }: TransformerGraph): boolean {
  const { ids, pixels } = anatomy.inputs;
  return graph.inputs.find(({ name }) => name === (ids ?? pixels))?.shape?.[0] === 1;
}

/**
 * Whether as many rows of logits come out as hidden states go in, while the inputs have one row: what the sweep needs.
 * False says that it could not be shown, not that it is not so. Cost: one inference of shapes.
 */
export function freesRows({ graph, opsets, anatomy }: TransformerGraph): boolean {
  const [first = ""] = anatomy.hiddenStates;
  const positions = inferShapes(graph, opsets).get(first)?.shape?.[1];
  const body = extractGraph(graph, {
    inputs: [{ name: first, dtype: "float32", shape: [ROWS, positions ?? "positions", anatomy.width] }],
    outputs: [anatomy.logits],
  });
  const single = body.inputs.map((input) =>
    input.name === first ? input : { ...input, shape: input.shape?.map((size, axis) => (axis === 0 ? 1 : size)) },
  );
  // What the file states of inner values holds for its own batch.
  const outputs = body.outputs.map(({ name, dtype }) => ({ name, dtype, shape: undefined }));
  const shapes = inferShapes({ ...body, inputs: single, values: [], outputs }, opsets);
  return shapes.get(anatomy.logits)?.shape?.[0] === ROWS;
}
