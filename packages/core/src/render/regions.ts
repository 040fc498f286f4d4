/** @file Where in a picture the evidence lies, in words: for readers who do not see the picture, and for a first glance. */

import { isSigned, type PatchEvidence, type Patches, targetName } from "./evidence.ts";
import { percent } from "./format.ts";
import { visible } from "./plain-text.ts";

/** Ninths of the picture as it was given, row by row. */
const REGIONS = [
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
const LINES: Readonly<Record<string, string>> = {
  "012": "all along the top",
  "345": "the middle from left to right",
  "678": "all along the bottom",
  "036": "all along the left",
  "147": "the middle from top to bottom",
  "258": "all along the right",
};

/** Share of a side's evidence that the named regions hold together, if it is not spread. */
const ENOUGH = 0.5;
/** Most regions that are named; evidence that needs more is called spread. */
const MOST = 3;
/** How many times its share of the area a region must hold to be worth a name. */
const DENSE = 1.2;
/** How much of the last region's share a further one must hold to be named though enough are. */
const NEARLY = 0.75;
/** Below this share of all magnitudes a side is called weak. */
const WEAK = 0.1;

/** A side of the evidence: what supports, or what opposes. */
interface Side {
  /** Sum of magnitudes. */
  readonly total: number;
  /** Names of the regions that hold most of it, strongest first; empty where it is spread. */
  readonly regions: readonly string[];
  /** Share of `total` in these regions. */
  readonly share: number;
}

/** Numbers of the patches by region. */
interface Ninths {
  readonly support: readonly number[];
  readonly oppose: readonly number[];
  /** How many patches lie in each. */
  readonly patches: readonly number[];
}

function ninthsOf({ input, features }: Patches, values: readonly number[]): Ninths {
  const [rows, columns] = input.grid;
  const [x, y, width, height] = input.seen;
  const third = (position: number, whole: number) => Math.min(2, Math.max(0, Math.floor((3 * position) / whole)));
  const support = new Array<number>(REGIONS.length).fill(0);
  const oppose = new Array<number>(REGIONS.length).fill(0);
  const patches = new Array<number>(REGIONS.length).fill(0);
  features.forEach(({ row, column, special }, feature) => {
    if (special) return;
    const across = third(x + ((column + 0.5) / columns) * width, input.width);
    const down = third(y + ((row + 0.5) / rows) * height, input.height);
    const region = 3 * down + across;
    const value = values[feature] ?? 0;
    if (value > 0) support[region]! += value;
    else if (value < 0) oppose[region]! -= value;
    patches[region]!++;
  });
  return { support, oppose, patches };
}

/** How much of the supporting and of the opposing evidence a ninth of the picture holds, 0..1. */
export interface RegionShare {
  readonly name: string;
  readonly supporting: number;
  readonly opposing: number;
}

/** The ninths of the picture as it was given, row by row, with their shares; those of a side without evidence are 0. */
export function regionShares(evidence: PatchEvidence): RegionShare[] {
  const { support, oppose } = ninthsOf(evidence, evidence.attribution);
  const share = (held: readonly number[], region: number) => {
    const total = sum(held);
    return total > 0 ? held[region]! / total : 0;
  };
  return REGIONS.map((name, region) => ({ name, supporting: share(support, region), opposing: share(oppose, region) }));
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function sideOf(held: readonly number[], patches: readonly number[]): Side {
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
  if (share < ENOUGH) return { total, regions: [], share: 0 };
  return { total, regions: namesOf(chosen.map(({ region }) => region)), share };
}

/** Three regions in a row have a name of their own. */
function namesOf(regions: readonly number[]): string[] {
  const row = LINES[[...regions].sort().join("")];
  return row === undefined ? regions.map((region) => REGIONS[region]!) : [row];
}

/** "a", "a and b", "a, b and c" */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

const whole = (share: number): string => percent(share, 0);

/**
 * Where evidence for and against the class lies, in a sentence or two: "Supports tabby: centre and upper left (62% of the
 * supporting evidence). Opposes it: lower right (71% of the opposing evidence)."
 *
 * The regions are the ninths of the picture as it was given. At most three are named, which hold at least half of a
 * side and more than their share of the area; evidence that needs more is called spread, and a side with less than a
 * tenth of all magnitudes is called weak.
 *
 * @param values - One number per feature. Default: the attribution; a block's evidence says where that lies.
 */
export function regionsInWords(explanation: PatchEvidence, values = explanation.attribution): string {
  const { support, oppose, patches } = ninthsOf(explanation, values);
  const [pro, con] = [sideOf(support, patches), sideOf(oppose, patches)];
  const target = visible(targetName(explanation));
  const all = pro.total + con.total;
  if (!isSigned(explanation)) {
    if (!(all > 0)) return `No patch matters for ${target}.`;
    return `Matters for ${target}: ${placeOf(sideOf(addedUp(support, oppose), patches), "of what matters")}.`;
  }
  if (!(all > 0)) return `No patch supports or opposes ${target}.`;
  if (pro.total === 0) return `No patch supports ${target}. Opposes it: ${placeOf(con, "of the opposing evidence")}.`;
  const supports = `Supports ${target}: ${placeOf(pro, "of the supporting evidence")}${weakness(pro, all)}.`;
  if (con.total === 0) return `${supports} No patch opposes it.`;
  return `${supports} Opposes it: ${placeOf(con, "of the opposing evidence")}${weakness(con, all)}.`;
}

const addedUp = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);

const placeOf = ({ regions, share }: Side, of: string): string =>
  regions.length === 0 ? "spread over the picture" : `${listed(regions)} (${whole(share)} ${of})`;

/** A place is said of the weakest evidence too, but not without its weakness. */
const weakness = ({ total }: Side, all: number): string =>
  total / all < WEAK ? `, weak: ${whole(total / all)} of all evidence` : "";
