/** @file Pictures that every model is run on when it is verified. */

import type { Example, ExplainableModel } from "../../attribution/explainable-model.ts";
import type { ImageInput } from "../../attribution/input.ts";
import { rgbImage } from "../../input/image/rgb-image.ts";
import type { Random } from "../../util/random.ts";

/** Pictures of smooth colours, of noise, and upright ones: no picture looks like another. */
export function examplePictures(_model: ExplainableModel, random: Random): readonly Example<ImageInput>[] {
  const [a, b, c] = Array.from({ length: 3 }, () => 2 + 3 * random.next()) as [number, number, number];
  const make = (width: number, height: number, noise: number): ImageInput => {
    const data = new Uint8Array(width * height * 3);
    for (let i = 0; i < data.length; i++) {
      const [x, y, channel] = [((i / 3) % width) / width, Math.floor(i / 3 / width) / height, i % 3];
      const wave = Math.sin(a * x + channel) * Math.cos(b * y - channel) + 0.3 * Math.sin(c * 4 * x * y);
      data[i] = 127 + 90 * ((1 - noise) * wave + noise * (2 * random.next() - 1));
    }
    return { image: rgbImage(width, height, data) };
  };
  return [
    { name: "a picture", input: make(96, 96, 0.25) },
    { name: "a wide picture", input: make(160, 90, 0) },
    { name: "a picture of noise", input: make(64, 64, 1) },
  ];
}
