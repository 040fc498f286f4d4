/** @file Pictures in the bodies of requests: Base64 to pixels, no more of them in a request than the limit allows. */

import type { Baseline, CustomBaseline, ExplainOptions } from "@calig/core/internal/attribution/options";
import type { RgbImage } from "@calig/core/internal/input/image/rgb-image";
import type { ToRgbOptions } from "@calig/core/internal/input/image/samples";
import { decodeImage } from "../node/image-file.ts";
import { invalid } from "./http-error.ts";

/** A baseline as requests give it: pictures are texts. */
type SentBaseline = Exclude<Baseline, CustomBaseline> | { readonly text: string } | { readonly image: string };

/** Decodes the pictures of one request. A class, because they share the limit. */
export class Pictures {
  #pixelsLeft: number;
  readonly #reading: ToRgbOptions;

  /**
   * @param pixels - Most pixels of all pictures together.
   * @param reading - How all of them are read.
   */
  constructor(pixels: number, reading: ToRgbOptions) {
    this.#pixelsLeft = pixels;
    this.#reading = reading;
  }

  /**
   * @param name - What the picture is called in the request.
   * @throws {HttpError} 422 when it is no Base64.
   * @throws {InputError} When it is no picture, or has more pixels than are left.
   */
  async decode(data: string, name: string): Promise<RgbImage> {
    const image = await decodeImage(bytesOf(data, name), { ...this.#reading, maxPixels: this.#pixelsLeft, name });
    this.#pixelsLeft -= image.width * image.height;
    return image;
  }

  /** The options of the library for those of a request. @throws As `decode`. */
  async decodeOptions({ baseline, ...others }: ExplainOptions): Promise<ExplainOptions> {
    if (baseline === undefined) return others;
    if (!Array.isArray(baseline)) return { ...others, baseline: await this.#baseline(baseline, "baseline") };
    const several: Baseline[] = [];
    for (const [i, one] of baseline.entries()) several.push(await this.#baseline(one, `baseline[${i}]`));
    return { ...others, baseline: several };
  }

  async #baseline(baseline: unknown, name: string): Promise<Baseline> {
    const sent = baseline as SentBaseline;
    if (typeof sent === "string" || "text" in sent) return sent;
    return { image: await this.decode(sent.image, `${name}.image`) };
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
