/** @file Where in a picture evidence lies: which ninths of the picture as it was given hold most of it. */

import type { ImageExplanation } from "../attribution/explanation.ts";

/** The patches of a picture and where they lie. */
export type Patches = Pick<ImageExplanation, "input" | "features">;

/** Ninths of the picture as it was given, row by row. */
export const REGIONS = [
  "upper left",
  "top",
  "upper right",
  "left",
  "centre",
  "right",
  "lower left",
  "bottom",
  "lower right",
] as const;

/** Names of three regions together, by their sorted indices. */
const LINES = {
  "012": "all along the top",
  "345": "the middle from left to right",
  "678": "all along the bottom",
  "036": "all along the left",
  "147": "the middle from top to bottom",
  "258": "all along the right",
} as const;

/** A ninth of the picture, or three of them in a line. */
export type RegionName = (typeof REGIONS)[number] | (typeof LINES)[keyof typeof LINES];

/** Share of a side's evidence that the named regions hold together, if it is not spread. */
const ENOUGH = 0.5;
/** Most regions that are named; evidence that needs more is called spread. */
const MOST = 3;
/** How many times its share of the area a region must hold to be worth a name. */
const DENSE = 1.2;
/** How much of the last region's share a further one must hold to be named though enough are. */
const NEARLY = 0.75;

/** A side of the evidence: what supports, or what opposes. */
export interface Side {
  /** Sum of magnitudes. */
  readonly total: number;
  /** Names of the regions that hold most of it, strongest first; empty where it is spread. */
  readonly regions: readonly RegionName[];
  /** The ninths that are meant, indices into `REGIONS`. */
  readonly ninths: readonly number[];
  /** Share of `total` in these regions. */
  readonly share: number;
}

/** Numbers of the patches by region. */
export interface Ninths {
  readonly support: readonly number[];
  readonly oppose: readonly number[];
  /** How many patches lie in each. */
  readonly patches: readonly number[];
  /** Index of the region of every feature; undefined for special ones. */
  readonly regionOf: readonly (number | undefined)[];
}

/** Index into `REGIONS` of the ninth that a point lies in, given as shares of the width and of the height. */
export function regionAt(x: number, y: number): number {
  const third = (share: number) => Math.min(2, Math.max(0, Math.floor(3 * share)));
  return 3 * third(y) + third(x);
}

/** Numbers of patches added up by the ninth that their middle lies in. */
export function ninthsOf({ input, features }: Patches, values: readonly number[]): Ninths {
  const [rows, columns] = input.grid;
  const [x, y, width, height] = input.seen;
  const support = new Array<number>(REGIONS.length).fill(0);
  const oppose = new Array<number>(REGIONS.length).fill(0);
  const patches = new Array<number>(REGIONS.length).fill(0);
  const regionOf = features.map(({ row, column, special }, feature) => {
    if (special) return undefined;
    const region = regionAt(
      (x + ((column + 0.5) / columns) * width) / input.width,
      (y + ((row + 0.5) / rows) * height) / input.height,
    );
    const value = values[feature] ?? 0;
    if (value > 0) support[region]! += value;
    else if (value < 0) oppose[region]! -= value;
    patches[region]!++;
    return region;
  });
  return { support, oppose, patches, regionOf };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** The regions that hold at least half of what is held, and more than their share of the area; none where it is spread. */
export function sideOf(held: readonly number[], patches: readonly number[]): Side {
  const total = sum(held);
  const area = sum(patches);
  const order = held
    .map((value, region) => ({ region, share: total > 0 ? value / total : 0 }))
    .filter(({ region, share }) => share > 0 && share >= DENSE * (patches[region]! / area))
    .sort((a, b) => b.share - a.share || a.region - b.region);
  const chosen: typeof order = [];
  let share = 0;
  for (const one of order.slice(0, MOST)) {
    // What is nearly as strong as the last is named too: otherwise chance would choose.
    if (share >= ENOUGH && one.share < NEARLY * chosen.at(-1)!.share) break;
    chosen.push(one);
    share += one.share;
  }
  if (share < ENOUGH) return { total, regions: [], ninths: [], share: 0 };
  const ninths = chosen.map(({ region }) => region);
  return { total, regions: namesOf(ninths), ninths, share };
}

/** Three regions in a row have a name of their own. */
function namesOf(regions: readonly number[]): RegionName[] {
  const row = (LINES as Readonly<Record<string, RegionName>>)[[...regions].sort().join("")];
  return row === undefined ? regions.map((region) => REGIONS[region]!) : [row];
}

/** Where in a ninth that both sides name the evidence of one side lies, seen from that of the other. */
export type RegionPart = "upper part" | "lower part" | "left part" | "right part" | "mixed";

/** Middles that are nearer to each other than this share of a ninth lie in the same place. */
const APART = 0.1;

/**
 * For a ninth that holds evidence of both sides: where in it that of each lies, seen from the other.
 *
 * @param region - Index into `REGIONS`.
 */
export function partsOf(
  { input, features }: Patches,
  values: readonly number[],
  { regionOf }: Pick<Ninths, "regionOf">,
  region: number,
): { readonly support: RegionPart; readonly oppose: RegionPart } {
  const [rows, columns] = input.grid;
  const [, , width, height] = input.seen;
  const middle = (sign: 1 | -1): readonly [number, number] => {
    let [total, across, down] = [0, 0, 0];
    features.forEach(({ row, column }, feature) => {
      const held = Math.max(0, sign * (values[feature] ?? 0));
      if (regionOf[feature] !== region || held === 0) return;
      total += held;
      across += held * (column / columns) * width;
      down += held * (row / rows) * height;
    });
    return [across / total, down / total];
  };
  const [pro, con] = [middle(1), middle(-1)];
  const right = (3 * (pro[0] - con[0])) / input.width;
  const below = (3 * (pro[1] - con[1])) / input.height;
  if (!(Math.max(Math.abs(right), Math.abs(below)) >= APART)) return { support: "mixed", oppose: "mixed" };
  if (Math.abs(right) > Math.abs(below)) {
    return right > 0 ? { support: "right part", oppose: "left part" } : { support: "left part", oppose: "right part" };
  }
  return below > 0 ? { support: "lower part", oppose: "upper part" } : { support: "upper part", oppose: "lower part" };
}
