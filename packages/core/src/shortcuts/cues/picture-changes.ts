/** @file Pictures with parts of others in them: the patches of a cue put in, or covered by what stands there elsewhere. */

import type { ImageInput } from "../../attribution/input.ts";
import type { EvaluationFeature } from "../../attribution/perturbable.ts";
import { CHANNELS, type RgbImage } from "../../input/image/rgb-image.ts";
import type { Random } from "../../util/random.ts";
import type { CueSubject, Occurrence, OpenCues } from "../cue.ts";

/** Part of a picture in shares of its width and height. */
type Area = NonNullable<EvaluationFeature["area"]>;

/** Rows and columns of patches, and where each patch lies among them. */
export interface PatchPlaces {
  readonly rows: number;
  readonly columns: number;
  /** Row and column of each feature. */
  readonly of: readonly (readonly [row: number, column: number])[];
}

export function placesOf({ features }: Pick<CueSubject, "features">): PatchPlaces {
  const sorted = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  const round = (value: number) => Math.round(1e6 * value);
  const areas = features.map(({ area }) => area as Area);
  const [xs, ys] = [sorted(areas.map(({ x }) => round(x))), sorted(areas.map(({ y }) => round(y)))];
  return {
    rows: ys.length,
    columns: xs.length,
    of: areas.map(({ x, y }): readonly [number, number] => [ys.indexOf(round(y)), xs.indexOf(round(x))]),
  };
}

/** The picture with areas taken from another one, from the same shares of it, or from others in their order. */
export function pasted(input: ImageInput, from: RgbImage, areas: readonly Area[], source = areas): ImageInput {
  const { image } = input;
  const data = Uint8Array.from(image.data);
  areas.forEach((area, i) => {
    const own = source[i] as Area;
    const [left, right] = [Math.round(area.x * image.width), Math.round((area.x + area.width) * image.width)];
    const [top, bottom] = [Math.round(area.y * image.height), Math.round((area.y + area.height) * image.height)];
    for (let y = Math.max(0, top); y < Math.min(image.height, bottom); y++) {
      const fromY = place(own.y + (own.height * ((y + 0.5) / image.height - area.y)) / area.height, from.height);
      for (let x = Math.max(0, left); x < Math.min(image.width, right); x++) {
        const fromX = place(own.x + (own.width * ((x + 0.5) / image.width - area.x)) / area.width, from.width);
        for (let c = 0; c < CHANNELS; c++) {
          data[(y * image.width + x) * CHANNELS + c] = from.data[(fromY * from.width + fromX) * CHANNELS + c] as number;
        }
      }
    }
  });
  return { ...input, image: { ...image, data } };
}

const place = (share: number, size: number): number => Math.min(size - 1, Math.max(0, Math.floor(share * size)));

/** As many patches in the same order at another place, wrapped around the edges. */
function moved(
  { features }: Pick<CueSubject, "features">,
  chosen: readonly number[],
  random: Random,
): readonly number[] {
  const { rows, columns, of } = placesOf({ features });
  const at = new Map(of.map(([row, column], feature) => [row * columns + column, feature]));
  const shift = 1 + random.below(Math.max(1, rows * columns - 1));
  const [down, right] = [Math.floor(shift / columns), shift % columns];
  return chosen.map((feature) => {
    const [row, column] = of[feature] as readonly [number, number];
    return at.get(((row + down) % rows) * columns + ((column + right) % columns)) ?? feature;
  });
}

const areasOf = ({ features }: Pick<CueSubject, "features">, chosen: readonly number[]): readonly Area[] =>
  chosen.map((feature) => features[feature]?.area as Area);

/**
 * What is done with cues that are patches: covered by what another picture has there, put where the example has them. Controls
 * cover other places, and put in what the example has at another place.
 *
 * @param has - Inputs that have a cue, which are no cover for it.
 */
export function patchChanges(
  subjects: readonly CueSubject<ImageInput>[],
  has: (cue: string, subject: CueSubject<ImageInput>) => boolean,
): Omit<OpenCues<ImageInput>, "find"> {
  const cover = (cue: string, own: CueSubject<ImageInput>, random: Random) => {
    const others = subjects.filter((other) => other.index !== own.index);
    const without = others.filter((other) => !has(cue, other));
    const pool = without.length > 0 ? without : others;
    return pool.length === 0 ? undefined : (pool[random.below(pool.length)] as CueSubject<ImageInput>).input.image;
  };
  const covered = (own: CueSubject<ImageInput>, { cue }: Occurrence, features: readonly number[], random: Random) => {
    const from = cover(cue, own, random);
    return from === undefined ? undefined : pasted(own.input, from, areasOf(own, features));
  };
  return {
    removed: (own, occurrence, random) => covered(own, occurrence, occurrence.features, random),
    inserted: (own, { subject, occurrence }) =>
      pasted(own.input, subject.input.image, areasOf(subject, occurrence.features)),
    control: {
      removed: (own, occurrence, random) => covered(own, occurrence, moved(own, occurrence.features, random), random),
      inserted: (own, { subject, occurrence }, random) =>
        pasted(own.input, subject.input.image, areasOf(subject, moved(subject, occurrence.features, random))),
    },
  };
}
