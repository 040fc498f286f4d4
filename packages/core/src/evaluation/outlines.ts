/** @file Things that people outlined in a picture, as marks of the patches that show them. */

import type { EvaluationFeature } from "./features.ts";

/** A place in a picture: shares of its width and height, from the top left, 0..1. */
export type Place = readonly [x: number, y: number];

/** Something that people outlined. */
export interface OutlinedObject {
  /** What the data set calls it. */
  readonly category: string;
  /** Classes of models that mean it, by name or index. */
  readonly classes: readonly (string | number)[];
  /** Corners of its outline, at least three; it may cross itself: what is enclosed an odd number of times is inside. */
  readonly outline: readonly Place[];
}

/** Share of a patch that objects must cover to mark it. */
const MARKED = 0.5;
/** Points along the side of a patch that are asked whether they are covered. */
const POINTS = 8;

/**
 * Whether a class of a model means an object: by its index, its label, or one of the names in a label such as "zebra" of
 * "zebra, Equus zebra". Case does not matter.
 */
export function means({ classes }: OutlinedObject, index: number, labels: readonly string[]): boolean {
  const label = (labels[index] ?? "").toLowerCase();
  const names = [label, ...label.split(",").map((name) => name.trim())];
  return classes.some((one) => (typeof one === "number" ? one === index : names.includes(one.toLowerCase())));
}

/**
 * For each feature 1 when the objects cover at least half of the part of the picture that it shows, else 0. Where they
 * cover half of none, the feature with the largest covered share is marked: small objects are not lost. All 0 where the
 * features show nothing of them.
 */
export function outlinedFeatures(features: readonly EvaluationFeature[], objects: readonly OutlinedObject[]): number[] {
  const shares = features.map(({ area }) => {
    if (area === undefined || area.width === 0 || area.height === 0) return 0;
    let covered = 0;
    for (let i = 0; i < POINTS ** 2; i++) {
      const x = area.x + ((Math.floor(i / POINTS) + 0.5) / POINTS) * area.width;
      const y = area.y + (((i % POINTS) + 0.5) / POINTS) * area.height;
      if (objects.some(({ outline }) => isInside([x, y], outline))) covered++;
    }
    return covered / POINTS ** 2;
  });
  const largest = Math.max(0, ...shares);
  const from = Math.min(MARKED, largest);
  return shares.map((share) => (share > 0 && share >= from ? 1 : 0));
}

/** Even-odd rule: a ray to the right crosses the outline an odd number of times. */
function isInside([x, y]: Place, outline: readonly Place[]): boolean {
  let inside = false;
  outline.forEach(([x1, y1], i) => {
    const [x2, y2] = outline[(i + 1) % outline.length] as Place;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}
