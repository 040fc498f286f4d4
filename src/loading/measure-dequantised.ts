/** @file How far the logits of a quantised file move when its arithmetic is replaced by float32. */

import type { Warning } from "../attribution/explanation.ts";
import { extractGraph } from "../graph/extract.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Feeds, Runtime } from "../runtime/runtime.ts";
import { toFloatTensor } from "../tensor/half.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";
import type { WeightPlace } from "./model-parts.ts";

export interface Measurement {
  /** Largest |difference| of a logit. */
  readonly difference: number;
  /** Largest |logit|. */
  readonly largest: number;
}

/** Runs the graph of the file and the rewritten one on the same input. @throws {ExecutionError} When one cannot be run. */
export async function measureDequantised(
  original: Pick<TransformerGraph, "graph" | "opsets">,
  rewritten: TransformerGraph,
  feeds: Feeds,
  { runtime, place }: { readonly runtime: Runtime; readonly place: WeightPlace },
): Promise<Measurement> {
  const { logits } = rewritten.anatomy;
  const before = await run(original);
  const after = await run(rewritten);
  const differences = Array.from(before, (value, i) => Math.abs(value - (after[i] ?? Number.NaN)));
  return { difference: Math.max(...differences), largest: Math.max(...Array.from(before, Math.abs)) };

  async function run({ graph, opsets }: Pick<TransformerGraph, "graph" | "opsets">): Promise<Float32Array> {
    const program = extractGraph(graph, { outputs: [logits] });
    const name = graph === original.graph ? "quantised" : "logits";
    const session = await runtime.compile(encodeModel(createModel(program, opsets)), { name, ...place });
    try {
      const used = Object.entries(feeds).filter(([input]) => session.inputNames.includes(input));
      const fetches = await session.run(Object.fromEntries(used));
      return toFloatTensor(fetches[logits] as Tensor).data;
    } finally {
      await session.dispose();
    }
  }
}

/** The warning that every explanation of a quantised model carries; `measured` where the model could be run whole. */
export function dequantisedWarning(file: string, measured: Measurement | undefined): Warning {
  const moved =
    measured === undefined
      ? "which moves the logits by an amount that was not measured, because the model is not run whole"
      : `which moves the logits of a short input by at most ${digits(measured.difference)} (the largest of them is ${digits(measured.largest)})`;
  return {
    code: "dequantised",
    message: `The model "${file}" is quantised; it is explained with the same weights and arithmetic in float32, ${moved}`,
  };
}

const digits = (value: number): string => (value === 0 ? "0" : value.toPrecision(2));
