/** @file Which file of a model says how pictures are prepared, as AutoImageProcessor of transformers finds it. */

import { isRecord, parseFields } from "../../checkpoint/json-fields.ts";
import { CheckpointError } from "../../errors.ts";
import type { ImageProcessor } from "./image-processor.ts";
import { imageProcessorOf } from "./parse-image-processor.ts";
import { MOST_PIXELS, processedSize } from "./process-image.ts";
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
    if (isRecord(fields.raw(SECTION))) return checked(imageProcessorOf(fields.section(SECTION), modelType), PROCESSOR);
  }
  if (isTimm && (text === undefined || modelType === "timm_wrapper"))
    return checked(parseTimmProcessor(config.section(TIMM)), CONFIG);
  if (text !== undefined) return checked(imageProcessorOf(parseFields(text, PREPROCESSOR), modelType), PREPROCESSOR);
  throw new CheckpointError(
    `Cannot load a model from "${where}": no "${PREPROCESSOR}" says how its pictures are prepared, nor does "${SECTION}" in "${PROCESSOR}" or "${TIMM}" in "${CONFIG}"; save it with AutoImageProcessor.from_pretrained(...).save_pretrained(...) of transformers`,
    PREPROCESSOR,
  );
}

/** @throws {CheckpointError} When its pictures are larger than any model sees: graphs are built for their size. */
function checked(processor: ImageProcessor, file: string): ImageProcessor {
  const { width, height } = processedSize(processor) ?? { width: 1, height: 1 };
  if (width * height <= MOST_PIXELS) return processor;
  throw new CheckpointError(
    `Cannot use "${file}": it makes pictures of ${width} x ${height} pixels, wanted at most ${MOST_PIXELS} in all; check that the file belongs to this model`,
    file,
  );
}
