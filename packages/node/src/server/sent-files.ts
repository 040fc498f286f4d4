/** @file Files in the bodies of requests: Base64 to inputs, with no more pixels in a request than the limit allows. */

import type { FileTools, Modality } from "@calig/core/internal/attribution/explainable-model";
import type { Baseline, ExplainOptions } from "@calig/core/internal/attribution/options";
import { InternalError } from "@calig/core/internal/errors";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { decodeImage } from "../node/image-file.ts";
import { invalid } from "./http-error.ts";

/** Reads the files of one request. A class, because they share the limit. */
export class SentFiles {
  readonly #modality: Modality;
  readonly #reading: GivenOptions;
  readonly #tools: FileTools;

  /**
   * @param modality - What the model reads.
   * @param pixels - Most pixels of all pictures together.
   * @param reading - How all of them are read.
   */
  constructor(modality: Modality, pixels: number, reading: GivenOptions) {
    this.#modality = modality;
    this.#reading = reading;
    let left = pixels;
    this.#tools = {
      async decodePicture(bytes, options) {
        const image = await decodeImage(bytes, { ...options, maxPixels: left });
        left -= image.width * image.height;
        return image;
      },
    };
  }

  /**
   * @param name - What the file is called in the request.
   * @throws {HttpError} 422 when it is no Base64.
   * @throws {InputError} When it holds no such input, or more pixels than are left.
   */
  read(data: string, name: string): Promise<object> {
    const { file } = this.#modality;
    if (file === undefined) throw new InternalError(`a file for a model of "${this.#modality.name}"`);
    return file.read({ bytes: bytesOf(data, name), name }, this.#reading, this.#tools);
  }

  /** The options of the library for those of a request: baselines that are files are read. @throws As `read`. */
  async readOptions({ baseline, ...others }: ExplainOptions): Promise<ExplainOptions> {
    if (baseline === undefined) return others;
    if (!Array.isArray(baseline)) return { ...others, baseline: await this.#baseline(baseline, "baseline") };
    const several: Baseline[] = [];
    for (const [i, one] of baseline.entries()) several.push(await this.#baseline(one, `baseline[${i}]`));
    return { ...others, baseline: several };
  }

  /** What is of another kind than the model reads stays as it was sent, to be refused. */
  async #baseline(sent: unknown, name: string): Promise<Baseline> {
    const { file, field } = this.#modality;
    if (file === undefined || typeof sent === "string" || !Object.hasOwn(sent as object, field))
      return sent as Baseline;
    const data = (sent as Readonly<Record<string, string>>)[field] as string;
    return (await this.read(data, `${name}.${field}`)) as Baseline;
  }
}

/** Bytes of Base64 or of a data URI in Base64. @throws {HttpError} 422 when it is neither. */
function bytesOf(text: string, name: string): Uint8Array {
  const data = text.replace(/^data:[^,]{0,200};base64,/, "");
  if (!/^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(data)) {
    throw invalid([`body.${name} must be Base64 or a data URI in Base64`]);
  }
  return Buffer.from(data, "base64");
}
