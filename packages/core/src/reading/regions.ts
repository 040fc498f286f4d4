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

/** Numbers of patches added up by the ninth that their middle lies in. */
export function ninthsOf({ input, features }: Patches, values: readonly number[]): Ninths {
  const [rows, columns] = input.grid;
  const [x, y, width, height] = input.seen;
  const third = (position: number, whole: number) => Math.min(2, Math.max(0, Math.floor((3 * position) / whole)));
  const support = new Array<number>(REGIONS.length).fill(0);
  const oppose = new Array<number>(REGIONS.length).fill(0);
  const patches = new Array<number>(REGIONS.length).fill(0);
  const regionOf = features.map(({ row, column, special }, feature) => {
    if (special) return undefined;
    const across = third(x + ((column + 0.5) / columns) * width, input.width);
    const down = third(y + ((row + 0.5) / rows) * height, input.height);
    const region = 3 * down + across;
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
