/** @file Where in a picture the evidence lies, in words: for readers who do not see the picture, and for a first glance. */

import { ninthsOf, partsOf, REGIONS, type Side, sideOf } from "../reading/regions.ts";
import { isSigned, type PatchEvidence, targetName } from "./evidence.ts";
import { percent } from "./format.ts";
import { visible } from "./plain-text.ts";

/** Below this share of all magnitudes a side is called weak. */
const WEAK = 0.1;

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
    const total = held.reduce((sum, value) => sum + value, 0);
    return total > 0 ? held[region]! / total : 0;
  };
  return REGIONS.map((name, region) => ({ name, supporting: share(support, region), opposing: share(oppose, region) }));
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
  const ninths = ninthsOf(explanation, values);
  const { support, oppose, patches } = ninths;
  const [pro, con] = toldApart([sideOf(support, patches), sideOf(oppose, patches)], (region) =>
    partsOf(explanation, values, ninths, region),
  );
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

/** A ninth that both sides name is not said of both without its parts. */
function toldApart(
  [pro, con]: readonly [Side, Side],
  partsIn: (region: number) => ReturnType<typeof partsOf>,
): readonly [Told, Told] {
  // Names of several ninths in a line have no parts.
  const each = ({ regions, ninths }: Side) => regions.length === ninths.length;
  if (!each(pro) || !each(con)) return [pro, con];
  const named = (side: Side, other: Side, part: "support" | "oppose"): Told => ({
    ...side,
    regions: side.regions.map((name, i) => {
      const region = side.ninths[i]!;
      if (!other.ninths.includes(region)) return name;
      const where = partsIn(region)[part];
      return where === "mixed" ? `${name}, mixed with the other side` : `${where} of the ${name}`;
    }),
  });
  return [named(pro, con, "support"), named(con, pro, "oppose")];
}

const addedUp = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);

/** A side with its places as they are said. */
type Told = Omit<Side, "regions"> & { readonly regions: readonly string[] };

const placeOf = ({ regions, share }: Told, of: string): string =>
  regions.length === 0 ? "spread over the picture" : `${listed(regions)} (${whole(share)} ${of})`;

/** A place is said of the weakest evidence too, but not without its weakness. */
const weakness = ({ total }: Told, all: number): string =>
  total / all < WEAK ? `, weak: ${whole(total / all)} of all evidence` : "";
