/**
 * @file The image processors of transformers 4.57 and 5, and the transforms of timm: every number equal.
 *
 * The reference is test/golden/processors.json, made by tools/make_processor_reference.py.
 */

import { readFileSync } from "node:fs";
import { parseFields } from "@calig/core/internal/checkpoint/json-fields";
import type { ImageProcessor } from "@calig/core/internal/input/image/image-processor";
import { parseImageProcessor } from "@calig/core/internal/input/image/parse-image-processor";
import { fitImage, toPixelTensor } from "@calig/core/internal/input/image/process-image";
import { parseTimmProcessor } from "@calig/core/internal/input/image/timm-processor";
import { describe, expect, it } from "vitest";
import { syntheticPicture } from "../support/synthetic-picture.ts";

interface Processed {
  readonly name: string;
  /** Of preprocessor_config.json, or of pretrained_cfg. */
  readonly config?: object;
  readonly timm?: object;
  readonly from: readonly [width: number, height: number];
  readonly shape: readonly number[];
  /** Base64 of float32 elements. */
  readonly pixels: string;
}

const { cases, defaults } = JSON.parse(readFileSync(new URL("../golden/processors.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Processed[];
  /** What instances without arguments have; "differs" where versions or variants do. */
  readonly defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const processorOf = ({ config, timm }: Processed): ImageProcessor =>
  config === undefined
    ? parseTimmProcessor(parseFields(JSON.stringify(timm), "config.json"))
    : parseImageProcessor(JSON.stringify(config), "preprocessor_config.json");

/** Rounding of the last step: PyTorch divides by 255 where NumPy multiplies by its inverse. Numbers are about 1. */
const LAST_BIT = 5e-7;
/** Floats are resized there, bytes here, rounded once along each axis: a level of 255, divided by the smallest deviation. */
const A_LEVEL = 1 / 255 / 0.224;

function toleranceOf({ name, timm }: Processed): number {
  if (name.startsWith("DINOv3")) return A_LEVEL;
  return timm === undefined ? 0 : LAST_BIT;
}

describe("fitImage() and toPixelTensor()", () => {
  it.each(cases.map((reference) => [reference.name, reference.from.join("x"), reference] as const))(
    "give the numbers of the original: %s, %s",
    (_name, _from, reference) => {
      const processor = processorOf(reference);
      const tensor = toPixelTensor(fitImage(syntheticPicture(...reference.from), processor).image, processor);
      expect(tensor.shape).toEqual(reference.shape);
      const wanted = new Float32Array(Uint8Array.from(Buffer.from(reference.pixels, "base64")).buffer);
      const worst = Math.max(...wanted.map((value, i) => Math.abs(value - (tensor.data[i] as number))));
      expect(worst).toBeLessThanOrEqual(toleranceOf(reference));
    },
  );
});

describe("parseImageProcessor()", () => {
  it.each(Object.entries(defaults))("takes the defaults of %sImageProcessor, where they agree", (name, values) => {
    const { image_mean, image_std, ...others } = values;
    // Means of a class that does not normalise do not matter.
    const given = values.do_normalize === true ? values : others;
    const unsettled = Object.keys(given).filter((key) => given[key] === "differs");
    const type = { image_processor_type: `${name}ImageProcessor` };
    const stated = Object.fromEntries(unsettled.map((key) => [key, STATED[key]]));
    const full = Object.fromEntries(
      Object.entries(given).filter(([key, value]) => value !== null && !unsettled.includes(key)),
    );
    const parse = (fields: object) => parseImageProcessor(JSON.stringify({ ...type, ...fields }), "p.json");
    expect(parse(stated)).toEqual(parse({ ...full, ...stated }));
    for (const key of unsettled) {
      const { [key]: _left, ...rest } = stated;
      expect(() => parse(rest)).toThrow(`"${key}" is missing, and versions of transformers differ`);
    }
  });
});

/** Values for what must be stated. */
const STATED: Readonly<Record<string, unknown>> = { size: 224, do_center_crop: false, resample: 2 };
