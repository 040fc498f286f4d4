/** @file A few damaged files of every kind, loaded and used in processes of their own; `npm run fuzz` runs as many as one likes. */

import { describe, expect, it } from "vitest";
import { KINDS } from "../../bench/fuzz/kinds.ts";
import { runCases } from "../../bench/fuzz/run-cases.ts";
import { FINDINGS } from "../../bench/fuzz/verdict.ts";

const CASES = 100;
const SEED = 20;

describe.each(Object.keys(KINDS))("damaged files of kind %s", (kind) => {
  it(`are refused by an error of calig, or give finite numbers: ${CASES} of them`, { timeout: 600_000 }, async () => {
    const cases = Array.from({ length: CASES }, (_, i) => i);
    const results = await runCases(kind, SEED, cases);
    expect(results.map(({ index }) => index)).toEqual(cases);
    expect(results.filter(({ verdict }) => FINDINGS.includes(verdict.kind))).toEqual([]);
    const refused = results.filter(({ verdict }) => verdict.kind === "refused").length;
    // Most damage is noticed, some changes only a name or a number.
    expect(refused).toBeGreaterThan(CASES / 10);
    expect(refused).toBeLessThan(CASES);
  });
});
