/** @file Whether a graph computes any number of rows, proven from the shapes of its values. */

import { findContradiction } from "../../graph/contradictions.ts";
import { ELEMENTWISE } from "../../graph/elementwise.ts";
import { extractGraph } from "../../graph/extract.ts";
import { inferShapes, type ShapeTable } from "../../graph/infer-shapes.ts";
import { factorsOf } from "../../graph/shape-rule.ts";
import type { Dimension, Graph, Node } from "../../onnx/model.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../anatomy.ts";

/** A number of rows that is that of nothing else: a prime that no width, head or patch has. */
const ROWS = 7919;

/** Whether the inputs take one row only: the size 1 is stated for their first axis. */
export function takesOneRow({ graph, anatomy }: TransformerGraph): boolean {
  const { ids, pixels } = streamOf(anatomy).inputs;
  return graph.inputs.find(({ name }) => name === (ids ?? pixels))?.shape?.[0] === 1;
}

/**
 * Whether as many rows of logits come out as hidden states go in, while the inputs have one row: what the sweep needs.
 * False says that it could not be shown, not that it is not so. Cost: one inference of shapes.
 */
export function freesRows(model: TransformerGraph): boolean {
  const { opsets, anatomy } = model;
  const [first] = streamOf(anatomy).hiddenStates;
  const body = bodyOf(model);
  const single = body.inputs.map((input) =>
    input.name === first ? input : { ...input, shape: input.shape?.map((size, axis) => (axis === 0 ? 1 : size)) },
  );
  // What the file states of inner values holds for its own batch.
  const outputs = body.outputs.map(({ name, dtype }) => ({ name, dtype, shape: undefined }));
  const shapes = inferShapes({ ...body, inputs: single, values: [], outputs }, opsets);
  const isKnown = body.nodes.every(
    (node) => node.outputs.every((y) => y === "" || shapes.get(y)?.shape !== undefined) && !guesses(node, shapes),
  );
  return (
    isKnown && shapes.get(logitsOf(anatomy).value)?.shape?.[0] === ROWS && findContradiction(body, shapes) === undefined
  );
}

/** Whether rows are lost in a size that is not known, or meet one: inference takes it for the same, which proves nothing. */
function guesses({ opType, domain, inputs, outputs: [y = ""] }: Node, shapes: ShapeTable): boolean {
  const operands = inputs.filter((input) => input !== "").map((input) => shapes.get(input)?.shape ?? []);
  if (domain !== "") return false;
  if (opType === "Reshape") return operands[0]?.some(areRows) === true && shapes.get(y)?.shape?.some(areRows) !== true;
  if (!ELEMENTWISE.has(opType)) return false;
  const rank = Math.max(0, ...operands.map(({ length }) => length));
  return Array.from({ length: rank }, (_, i) => operands.map((shape) => shape.at(-1 - i) ?? 1)).some(
    (sizes) => sizes.some(areRows) && sizes.some((size) => typeof size !== "number" && !areRows(size)),
  );
}

/** Rows, alone or merged with other axes. */
function areRows(size: Dimension): boolean {
  if (size === undefined) return false;
  const { number } = factorsOf(size);
  return number > 0 && number % ROWS === 0;
}

/**
 * Whether a block must have a row: a Reshape says "what is left" of an axis behind the first, which of no elements cannot
 * be told; the engine writes sizes that are computed so, too. A sweep whose points enter at later blocks has no rows in
 * the first ones otherwise.
 */
export function needsRows(model: TransformerGraph): boolean {
  const { opsets } = model;
  const body = bodyOf(model);
  const shapes = inferShapes(body, opsets);
  return body.nodes.some(({ opType, inputs: [, target = ""] }) => {
    if (opType !== "Reshape") return false;
    const sizes = shapes.constantInts(target);
    return sizes === undefined || sizes.lastIndexOf(-1) > 0;
  });
}

/** From the first hidden state, of any number of rows, to the logits. */
function bodyOf({ graph, opsets, anatomy }: TransformerGraph): Graph {
  const [first = ""] = streamOf(anatomy).hiddenStates;
  const positions = inferShapes(graph, opsets).get(first)?.shape?.[1];
  return extractGraph(graph, {
    inputs: [{ name: first, dtype: "float32", shape: [ROWS, positions ?? "positions", streamOf(anatomy).width] }],
    outputs: [logitsOf(anatomy).value],
  });
}
