/** @file An ONNX file that gives where answers start and where they end as two outputs, made one with one output. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { Graph } from "../onnx/model.ts";
import type { Task } from "./task.ts";

const START = /(^|[._/])start([._/]|$)/i;
const END = /(^|[._/])end([._/]|$)/i;
/** Logits of a token: that it is the first of the answer, that it is the last. */
const ENDS = 2;
const SPAN_OUTPUT = "calig.span";

/** Whether a file answers questions by spans: who asks for it says so, or its configuration, or the names of its outputs. */
export const answersBySpans = (
  config: CheckpointConfig | undefined,
  { outputs }: Pick<Graph, "outputs">,
  task: Task | undefined,
): boolean =>
  task === "question-answering" ||
  config?.architectures.some((name) => name.endsWith("ForQuestionAnswering")) === true ||
  (outputs.length === 2 && outputs.some(({ name }) => START.test(name)) && outputs.some(({ name }) => END.test(name)));

/**
 * The graph with its start and end logits as its only output [batch, tokens, 2].
 *
 * @param graph - Canonical: written with primitives.
 * @throws {UnsupportedModelError} When it has neither two outputs with a number for every token nor one with two.
 */
export function withSpanOutput(graph: Graph, opsets: Readonly<Record<string, number>>): Graph {
  const shapes = inferShapes(graph, opsets);
  const shapeOf = (name: string) => shapes.get(name)?.shape;
  const joined = graph.outputs.find(({ name }) => shapeOf(name)?.length === 3 && shapeOf(name)?.at(-1) === ENDS);
  if (joined !== undefined) return extractGraph(graph, { outputs: [joined] });
  const rows = graph.outputs.filter(({ name }) => shapeOf(name)?.length === 2);
  const start = rows.find(({ name }) => START.test(name)) ?? (rows.length === ENDS ? rows[0] : undefined);
  const end = rows.find(({ name }) => END.test(name)) ?? (rows.length === ENDS ? rows[1] : undefined);
  if (start === undefined || end === undefined || start === end) {
    throw new UnsupportedModelError(
      `Cannot explain answers of the ONNX file: wanted two outputs with a number for every token, where the answer starts and where it ends ("start_logits", "end_logits"); it has ${graph.outputs.map(({ name }) => `"${name}"`).join(", ")}. Export the model with the task "question-answering", as Optimum does`,
      [{ reason: "no start and end logits" }],
    );
  }
  const builder = new GraphBuilder({ from: graph, opsets });
  const columns = [start, end].map(({ name }) => builder.unsqueeze(name, [2]));
  const output = builder.concat(columns, 2, SPAN_OUTPUT);
  builder.output(output, output, "float32", ["batch", "tokens", ENDS]);
  return extractGraph(builder.build(), { outputs: [output] });
}
