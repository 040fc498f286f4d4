/** @file Colours: patches of one colour where there are many of them, and borders of one colour. */

import type { ImageInput } from "../../attribution/input.ts";
import type { EvaluationFeature } from "../../attribution/perturbable.ts";
import { CHANNELS, type RgbImage } from "../../input/image/rgb-image.ts";
import type { CueKind, CueSubject, Occurrence } from "../cue.ts";
import { patchChanges, placesOf } from "./picture-changes.ts";

/** Share of the patches that makes a colour a cue, and of the border that makes it one. */
const [LEAST_SHARE, LEAST_BORDER] = [1 / 8, 0.9] as const;
/** Saturation under which a colour is grey, and lightness under which it is black and over which grey is white. */
const [GREY, BLACK, WHITE] = [0.2, 0.15, 0.85] as const;
/** Where a hue begins, in degrees. */
const HUES: readonly (readonly [number, string])[] = [
  [345, "red"],
  [290, "pink"],
  [255, "purple"],
  [190, "blue"],
  [160, "cyan"],
  [70, "green"],
  [45, "yellow"],
  [15, "orange"],
  [0, "red"],
];

export const colours: CueKind<ImageInput> = {
  name: "colours",
  kind: "image",
  noun: "colour",
  summary: "many patches of one colour, and borders of one colour; controls change as many other patches",
  open({ subjects }) {
    const known = new WeakMap<object, readonly Occurrence[]>();
    const find = (subject: CueSubject<ImageInput>): readonly Occurrence[] => {
      const found = known.get(subject) ?? coloursIn(subject);
      known.set(subject, found);
      return found;
    };
    return { find, ...patchChanges(subjects, (cue, subject) => find(subject).some((own) => own.cue === cue)) };
  },
};

function coloursIn(subject: CueSubject<ImageInput>): readonly Occurrence[] {
  const names = subject.features.map(({ area }) => nameOf(meanColour(subject.input.image, area as Area)));
  const { rows, columns, of } = placesOf(subject);
  const byName = (among: readonly number[]) => {
    const groups = new Map<string, number[]>();
    for (const feature of among) {
      const name = names[feature] as string;
      groups.set(name, [...(groups.get(name) ?? []), feature]);
    }
    return [...groups];
  };
  const border = [...names.keys()].filter((feature) => {
    const [row, column] = of[feature] as readonly [number, number];
    return row === 0 || column === 0 || row === rows - 1 || column === columns - 1;
  });
  return [
    ...byName([...names.keys()])
      .filter(([, features]) => features.length >= LEAST_SHARE * names.length && features.length < names.length)
      .map(([cue, features]): Occurrence => ({ cue, features })),
    ...(border.length === names.length ? [] : byName(border))
      .filter(([, features]) => features.length >= LEAST_BORDER * border.length)
      .map(([name]): Occurrence => ({ cue: `${name} border`, features: border })),
  ];
}

type Area = NonNullable<EvaluationFeature["area"]>;

/** Mean of red, green and blue, 0..1. */
function meanColour({ width, height, data }: RgbImage, { x, y, width: w, height: h }: Area): readonly number[] {
  const sum = [0, 0, 0];
  const [left, top] = [Math.max(0, Math.floor(x * width)), Math.max(0, Math.floor(y * height))];
  const right = Math.min(width, Math.max(left + 1, Math.round((x + w) * width)));
  const bottom = Math.min(height, Math.max(top + 1, Math.round((y + h) * height)));
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      for (let c = 0; c < CHANNELS; c++) (sum[c] as number) += data[(row * width + column) * CHANNELS + c] as number;
    }
  }
  return sum.map((value) => value / (255 * Math.max(1, (right - left) * (bottom - top))));
}

/** A colour as people call it, by hue, saturation and lightness. */
function nameOf([red = 0, green = 0, blue = 0]: readonly number[]): string {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const [lightness, chroma] = [(most + least) / 2, most - least];
  if (most < BLACK) return "black";
  if (chroma / most < GREY) return lightness > WHITE ? "white" : "grey";
  const sector =
    most === red
      ? ((green - blue) / chroma + 6) % 6
      : most === green
        ? (blue - red) / chroma + 2
        : (red - green) / chroma + 4;
  return (HUES.find(([from]) => 60 * sector >= from) as readonly [number, string])[1];
}
