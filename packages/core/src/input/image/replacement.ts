/** @file What takes the place of a picture: the baselines and removal replacements of images. Works on what the model sees before it is normalised. */

import { createRandom } from "../../util/random.ts";
import type { ByteSteps } from "./image-processor.ts";
import { CHANNELS, type RgbImage, rgbImage } from "./rgb-image.ts";

export const IMAGE_REPLACEMENTS = ["blur", "black", "white", "mean", "noise"] as const;
export type ImageReplacement = (typeof IMAGE_REPLACEMENTS)[number];

/** Standard deviation of the blur on a picture of `BLUR_SIZE` pixels; scaled with the shorter side. */
const BLUR_SIGMA = 20;
const BLUR_SIZE = 224;
/** Beyond so many standard deviations a Gaussian is nothing. */
const BLUR_REACH = 3;

export interface ReplacementOptions {
  /** For `mean`: the mean of the data that the model was trained on is what becomes 0. */
  readonly processor: ByteSteps;
  /** For `noise`. */
  readonly seed: number;
}

/**
 * A picture of the same size that shows nothing of `image`, or little.
 *
 * - `blur`: Gaussian, standard deviation 20 at 224 pixels, mirrored at the edges.
 * - `black`, `white`; `mean`: the colour that becomes 0 when the picture is normalised.
 * - `noise`: uniform random bytes, seeded.
 */
export function substituteImage(
  image: RgbImage,
  name: ImageReplacement,
  { processor, seed }: ReplacementOptions,
): RgbImage {
  const { width, height } = image;
  const fill = (byte: (index: number) => number) =>
    rgbImage(
      width,
      height,
      Uint8Array.from({ length: width * height * CHANNELS }, (_, index) => byte(index)),
    );
  switch (name) {
    case "blur":
      return blurImage(image, (BLUR_SIGMA * Math.min(width, height)) / BLUR_SIZE);
    case "black":
      return fill(() => 0);
    case "white":
      return fill(() => 255);
    case "mean": {
      const bytes = meanColour(processor);
      return fill((index) => bytes[index % CHANNELS] as number);
    }
    case "noise": {
      const random = createRandom(`${seed} image noise`);
      return fill(() => random.below(256));
    }
  }
}

/** The bytes that become 0; the middle where nothing is normalised. */
function meanColour({ rescale, offset = 0, normalise }: ReplacementOptions["processor"]): readonly number[] {
  if (normalise === undefined) return [128, 128, 128];
  return normalise.mean.map((mean) => Math.min(255, Math.max(0, Math.round((mean + offset) / (rescale ?? 1)))));
}

/**
 * Gaussian blur, first along rows, then along columns, rounded once at the end.
 *
 * @param sigma - Standard deviation in pixels, > 0.
 * Cost: 6 sigma products per pixel, channel and direction.
 */
export function blurImage({ width, height, data }: RgbImage, sigma: number): RgbImage {
  const reach = Math.max(1, Math.ceil(BLUR_REACH * sigma));
  const raw = Array.from({ length: reach + 1 }, (_, distance) => Math.exp(-(distance ** 2) / (2 * sigma ** 2)));
  const total = raw.reduce((sum, weight, distance) => sum + (distance === 0 ? weight : 2 * weight), 0);
  const weights = raw.map((weight) => weight / total);
  const rows = blurAlong(
    Float32Array.from(data),
    weights,
    { count: height, step: width * CHANNELS },
    { count: width, step: CHANNELS },
  );
  const both = blurAlong(rows, weights, { count: width, step: CHANNELS }, { count: height, step: width * CHANNELS });
  return rgbImage(width, height, Uint8Array.from(both, Math.round));
}

interface Axis {
  readonly count: number;
  readonly step: number;
}

function blurAlong(data: Float32Array, weights: readonly number[], lines: Axis, axis: Axis): Float32Array {
  const result = new Float32Array(data.length);
  for (let line = 0; line < lines.count; line++) {
    for (let place = 0; place < axis.count; place++) {
      for (let c = 0; c < CHANNELS; c++) {
        const start = line * lines.step + c;
        let sum = (weights[0] as number) * (data[start + place * axis.step] as number);
        for (let distance = 1; distance < weights.length; distance++) {
          const before = data[start + mirrored(place - distance, axis.count) * axis.step] as number;
          const after = data[start + mirrored(place + distance, axis.count) * axis.step] as number;
          sum += (weights[distance] as number) * (before + after);
        }
        result[start + place * axis.step] = sum;
      }
    }
  }
  return result;
}

/** A place beyond an edge, reflected back as often as needed; the edge itself is not repeated. */
function mirrored(place: number, count: number): number {
  if (count === 1) return 0;
  const period = 2 * (count - 1);
  const within = ((place % period) + period) % period;
  return within < count ? within : period - within;
}
