/** @file Which file of a model says how pictures are prepared, as AutoImageProcessor of transformers finds it. */

import { isRecord, parseFields } from "../../checkpoint/json-fields.ts";
import { CheckpointError } from "../../errors.ts";
import type { ImageProcessor } from "./image-processor.ts";
import { imageProcessorOf } from "./parse-image-processor.ts";
import { parseTimmProcessor } from "./timm-processor.ts";

const PREPROCESSOR = "preprocessor_config.json";
/** Where transformers 5 puts it, in a section. */
const PROCESSOR = "processor_config.json";
const SECTION = "image_processor";
const CONFIG = "config.json";
const TIMM = "pretrained_cfg";

/** The files that may say it, for those who look for a model's folder. */
export const PROCESSOR_FILES = [PREPROCESSOR, PROCESSOR] as const;

/**
 * Reads how pictures are prepared: the section `image_processor` of processor_config.json, else preprocessor_config.json,
 * else `pretrained_cfg` in the config.json of a model of timm.
 *
 * @param read - The text of a file of the model; undefined where there is none.
 * @param where - The model in errors.
 * @param options.thrifty - Asks for processor_config.json only where there is no other: in browsers, a file that is not
 * there looks like an error.
 * @throws {CheckpointError} When no file says it, or it asks for what calig does not do.
 */
export async function findImageProcessor(
  read: (file: string) => Promise<string | undefined>,
  where: string,
  { thrifty = false }: { readonly thrifty?: boolean } = {},
): Promise<ImageProcessor> {
  const configText = await read(CONFIG);
  const config = configText === undefined ? undefined : parseFields(configText, CONFIG);
  const isTimm = config !== undefined && isRecord(config.raw(TIMM));
  const modelType = config?.string("model_type", isTimm ? "timm_wrapper" : "");
  const text = await read(PREPROCESSOR);
  const nested = thrifty && text !== undefined ? undefined : await read(PROCESSOR);
  if (nested !== undefined) {
    const fields = parseFields(nested, PROCESSOR);
    if (isRecord(fields.raw(SECTION))) return imageProcessorOf(fields.section(SECTION), modelType);
  }
  if (isTimm && (text === undefined || modelType === "timm_wrapper")) return parseTimmProcessor(config.section(TIMM));
  if (text !== undefined) return imageProcessorOf(parseFields(text, PREPROCESSOR), modelType);
  throw new CheckpointError(
    `Cannot load a model from "${where}": no "${PREPROCESSOR}" says how its pictures are prepared, nor does "${SECTION}" in "${PROCESSOR}" or "${TIMM}" in "${CONFIG}"; save it with AutoImageProcessor.from_pretrained(...).save_pretrained(...) of transformers`,
    PREPROCESSOR,
  );
}
