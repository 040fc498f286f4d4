/** @file ONNX files of two towers whose embeddings lie in one space: both in one file, or each in one of its own. */

import type { TextTower } from "../attribution/explainable-model.ts";
import type { Warning } from "../attribution/explanation.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { InternalError, isCaligError, quote, UnsupportedModelError } from "../errors.ts";
import { extractGraph } from "../graph/extract.ts";
import { filledTokenizer } from "../input/text/filled-tokenizer.ts";
import type { Graph, ValueInfo } from "../onnx/model.ts";
import { encodeProgram } from "../program/encode-program.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { toFloatTensor } from "../tensor/half.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { Contents } from "./contents.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts } from "./model-parts.ts";
import { type OpenedOnnx, openOnnxFile, readOnnxFile } from "./onnx-file.ts";
import type { OnnxPlace, TowerFiles } from "./onnx-place.ts";

/** What outputs are called that are embeddings of pictures and of texts, and their logits. */
const PICTURES = /^image_(embeds|embeddings?|features)$/;
const TEXTS = /^text_(embeds|embeddings?|features)$/;
const LOGITS = /^logits_per_image$/;
/** Of a tower by itself: SigLIP's has no projection behind its pooling. */
const POOLED = /^pooler_output$/;

/** Outputs of a file that holds both towers. */
export interface TowerOutputs {
  readonly pictures: string;
  readonly texts: string;
}

const outputNamed = ({ outputs }: Graph, pattern: RegExp): string | undefined =>
  outputs.find(({ name }) => pattern.test(name))?.name;

/** The embeddings that a file with both towers gives; undefined where it is none. */
export function towerOutputs(graph: Graph): TowerOutputs | undefined {
  const [pictures, texts] = [outputNamed(graph, PICTURES), outputNamed(graph, TEXTS)];
  return pictures === undefined || texts === undefined ? undefined : { pictures, texts };
}

/**
 * Both towers of one file. What cosines are multiplied by, and what is added, is found in its graph.
 *
 * @throws {UnsupportedModelError} As `readOnnxFile`.
 */
export async function towersInOneFile(
  contents: Contents,
  opened: OpenedOnnx,
  outputs: TowerOutputs,
  context: LoadContext,
): Promise<ModelParts> {
  const pictures = await readOnnxFile(contents, opened, context, outputs.pictures);
  const texts = await readOnnxFile(contents, opened, context, outputs.texts);
  const scale = await scaleIn(opened.model, outputs, context.runtime);
  return paired(contents.stored?.config, pictures, texts, scale);
}

/** Towers in files of their own, as transformers.js has them. */
export async function towerFiles(
  contents: Contents,
  { pictures, texts }: TowerFiles,
  context: LoadContext,
): Promise<ModelParts> {
  const isPooled = isSigmoid(contents.stored?.config) ? POOLED : undefined;
  const tower = async (onnx: OnnxPlace, named: RegExp, of: string) => {
    const opened = await openOnnxFile(contents.store, onnx);
    const { graph } = opened.model;
    const output = outputNamed(graph, named) ?? (isPooled === undefined ? undefined : outputNamed(graph, isPooled));
    if (output !== undefined) return readOnnxFile(contents, opened, context, output);
    throw new UnsupportedModelError(
      `Cannot explain the model in "${contents.store.where}": "${onnx.path}" gives no embedding of ${of} in the space of both towers (outputs: ${graph.outputs.map(({ name }) => quote(name)).join(", ")}); export it with its projection, as CLIPTextModelWithProjection and CLIPVisionModelWithProjection do`,
      [{ reason: `no embedding of ${of}` }],
    );
  };
  return paired(
    contents.stored?.config,
    await tower(pictures, PICTURES, "pictures"),
    await tower(texts, TEXTS, "texts"),
    undefined,
  );
}

/** How cosines become logits. */
type Scoring = Pick<TextTower, "scale" | "bias">;

const isSigmoid = (config: CheckpointConfig | undefined): boolean => config?.modelType.startsWith("siglip") === true;

function paired(
  config: CheckpointConfig | undefined,
  pictures: ModelParts,
  texts: ModelParts,
  found: Scoring | undefined,
): ModelParts {
  const sigmoid = isSigmoid(config) || (config === undefined && (found?.bias ?? 0) !== 0);
  const filled =
    sigmoid && texts.tokenizer !== undefined ? { ...texts, tokenizer: filledTokenizer(texts.tokenizer) } : texts;
  const unknown: readonly Warning[] =
    found === undefined
      ? [
          {
            code: "unknown-scale",
            message:
              "Nothing in the model's files says what cosines are multiplied by: scores are cosines, and labels have no probabilities; a file with both towers, or the checkpoint, has that number",
          },
        ]
      : [];
  const warnings = [...pictures.warnings, ...texts.warnings, ...unknown];
  const { release } = pictures;
  return {
    ...pictures,
    texts: { parts: filled, bias: 0, ...found, activation: sigmoid ? "sigmoid" : "softmax" },
    warnings: [...new Map(warnings.map((one) => [one.message, one])).values()],
    ...(release === undefined ? {} : { release }),
  };
}

/**
 * What the logits of a file are of the cosines of its embeddings: the part of the graph between them is run on vectors of
 * known cosines. Undefined where the logits are made of anything else.
 */
async function scaleIn(
  { graph, opsets }: OpenedOnnx["model"],
  { pictures, texts }: TowerOutputs,
  runtime: Runtime,
): Promise<Scoring | undefined> {
  const logits = outputNamed(graph, LOGITS);
  if (logits === undefined) return undefined;
  const width = [pictures, texts].map((name) => graph.outputs.find((output) => output.name === name)?.shape?.at(-1));
  const size = width.find((one) => typeof one === "number");
  if (typeof size !== "number" || size < 2) return undefined;
  const inputs: readonly ValueInfo[] = [pictures, texts].map((name) => ({
    name,
    dtype: "float32",
    shape: [`rows of ${name}`, size],
  }));
  const axis = (x: number, y: number) => [x, y, ...new Array<number>(size - 2).fill(0)];
  const cosines = [1, 0, -1, 0.6];
  try {
    const part = extractGraph(graph, { inputs, outputs: [logits] });
    if (part.inputs.some(({ name }) => name !== pictures && name !== texts)) return undefined;
    const allOpsets = { "com.microsoft": 1, ...opsets };
    const session = await runtime.compile(encodeProgram(part, allOpsets, runtime), { name: "scale" });
    try {
      const rows = cosines.flatMap((cosine) => axis(cosine, Math.sqrt(1 - cosine ** 2)));
      const fed = await session.run({
        [pictures]: floatTensor(axis(1, 0), [1, size]),
        [texts]: floatTensor(rows, [cosines.length, size]),
      });
      const output = fed[logits];
      if (output === undefined) throw new InternalError("the logits were not computed");
      return lineThrough(cosines, toFloatTensor(output).data);
    } finally {
      await session.dispose();
    }
  } catch (error) {
    if (!isCaligError(error)) throw error;
    return undefined;
  }
}

/** The line that all points lie on; undefined where they do not. */
function lineThrough(xs: readonly number[], ys: ArrayLike<number>): Required<Scoring> | undefined {
  const [first, second] = [ys[0] as number, ys[1] as number];
  const [scale, bias] = [first - second, second];
  const most = Math.max(Math.abs(scale), Math.abs(bias), 1e-6);
  const isLine = xs.every((x, i) => Math.abs(scale * x + bias - (ys[i] as number)) <= 1e-4 * most);
  return isLine && scale > 0 ? { scale, bias } : undefined;
}
