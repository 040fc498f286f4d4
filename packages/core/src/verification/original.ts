/** @file The ONNX file as it is, run by the engine: its own bytes, types and names. */

import { AnatomyError, ExecutionError } from "../errors.ts";
import { extractGraph } from "../graph/extract.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { OriginalFile } from "../loading/model-parts.ts";
import { interfaceOf, startingText } from "../loading/onnx-file.ts";
import { createModel } from "../onnx/create-model.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { ValueInfo } from "../onnx/model.ts";
import { sliceRows } from "../program/rows.ts";
import type { Feeds, Session } from "../runtime/runtime.ts";
import type { DType } from "../tensor/dtype.ts";
import { floatToHalf, toFloatTensor } from "../tensor/half.ts";
import { intTensor, type Tensor } from "../tensor/tensor.ts";
import { askedTokensOf, logitsOf, streamOf } from "../transformer/anatomy.ts";
import { askLogits } from "../transformer/locate/language-model.ts";

export interface RunningOriginal {
  /** Logits of every row, in the order of the file's own output. The rows of a batch are run one by one: a file may take no more. */
  logits(feeds: Feeds): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Compiles the file that a model was read from.
 *
 * @throws {ExecutionError} When the engine does not run the file.
 * @throws {AnatomyError} When the file takes an input that calig does not feed, or does not give the logits.
 */
export async function openOriginal({ original, anatomy, source }: AssembledModel): Promise<RunningOriginal> {
  if (original === undefined) throw new AnatomyError("Cannot run the original file: the model is no ONNX file");
  const output = original.logits ?? logitsOf(anatomy).value;
  const fed: readonly string[] = Object.values(streamOf(anatomy).inputs);
  const positions = askedTokensOf(anatomy)?.positions;
  const isWhole =
    positions === undefined &&
    original.outputs.includes(output) &&
    original.inputs.every(({ name }) => fed.includes(name));
  const { bytes: read, place } = await original.read();
  const { bytes, inputs, given } = isWhole
    ? { bytes: read, inputs: original.inputs, given: output }
    : untilLogits(original, read, output, positions);
  const { threads } = source.session;
  const session = await source.runtime.compile(bytes, {
    ...place,
    ...(threads === undefined ? {} : { threads }),
    name: "original",
    // Kernels that saturate give numbers that the operators are not defined to give.
    exactProducts: true,
  });
  return {
    async logits(feeds) {
      const rows = Object.values(feeds)[0]?.shape[0] ?? 0;
      const logits: number[] = [];
      for (let row = 0; row < rows; row++) {
        const own = Object.fromEntries(
          inputs.map(({ name, dtype, shape }) => [name, asType(rowOf(feeds, name, shape, row), dtype ?? "int64")]),
        );
        logits.push(...(await runOne(session, own, given)));
      }
      return Float32Array.from(logits);
    },
    dispose: () => session.dispose(),
  };
}

/**
 * The nodes of the file up to its logits, where those are no output of it (but their probabilities are), or where other
 * outputs take inputs that calig does not feed (a loss takes the right classes); of a decoder those of a text that starts,
 * at the positions that are asked for.
 *
 * @throws {AnatomyError} When the file does not make them.
 */
function untilLogits(
  { name, outputs }: OriginalFile,
  bytes: Uint8Array,
  logits: string,
  positions: string | undefined,
) {
  const { graph: whole, opsets } = decodeModel(bytes);
  const graph = startingText(whole, opsets);
  if (!graph.nodes.some((node) => node.outputs.includes(logits))) {
    throw new AnatomyError(
      `Cannot compare with "${name}": it gives ${outputs.map((output) => `"${output}"`).join(", ")}, and not the logits that calig explains`,
    );
  }
  const asked = positions === undefined ? { graph, logits } : askLogits(graph, opsets, logits, positions);
  const { dtype } = inferShapes(graph, opsets).get(logits) ?? {};
  const cut = extractGraph(asked.graph, {
    outputs: [{ name: asked.logits, dtype: dtype ?? "float32", shape: undefined }],
  });
  return { bytes: encodeModel(createModel(cut, opsets)), inputs: interfaceOf(cut).inputs, given: asked.logits };
}

/** An input that calig does not feed has a part in the logits by its size alone: zeros for every token. */
function rowOf(feeds: Feeds, name: string, shape: ValueInfo["shape"], row: number): Tensor {
  const tensor = feeds[name];
  if (tensor !== undefined) return sliceRows(tensor, row, row + 1);
  const size = Object.values(feeds)[0]?.shape;
  if (size?.length === 2 && shape?.length === 2) {
    const [, tokens = 0] = size;
    return intTensor(new Array(tokens).fill(0), [1, tokens]);
  }
  throw new AnatomyError(`Cannot run the original file: it takes "${name}", which calig does not feed`);
}

async function runOne(session: Session, feeds: Feeds, output: string): Promise<Float32Array> {
  const tensor = (await session.run(feeds, [output]))[output];
  if (tensor === undefined) throw new ExecutionError(`Cannot run the original file: it gave no "${output}"`);
  return toFloatTensor(tensor).data;
}

/** A tensor in the type that the file takes: calig feeds whole numbers as int64 and pictures as float32. */
function asType(tensor: Tensor, dtype: DType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  const numbers = Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  switch (dtype) {
    case "int32":
      return { ...tensor, dtype, data: Int32Array.from(numbers) };
    case "bool":
      return { ...tensor, dtype, data: Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1)) };
    case "float32":
      return { ...tensor, dtype, data: Float32Array.from(numbers) };
    case "float16":
      return { ...tensor, dtype, data: floatToHalf(Float32Array.from(numbers)) };
    default:
      throw new AnatomyError(`Cannot run the original file: it takes ${dtype}, which calig does not feed`);
  }
}
