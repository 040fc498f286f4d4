/**
 * @file The real checkpoints of this repository against transformers in float64.
 *
 * The reference is test/golden/parity-checkpoints.json, made by tools/make_parity_checkpoints.py; it has models that are
 * not in this repository as well, which `npm run docs:parity` compares.
 */

import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareParity, readParityFile } from "../support/parity.ts";

const own = readParityFile("checkpoints").cases.filter(({ checkpoint }) => checkpoint?.startsWith("models/"));

/** Largest deviation allowed, relative to the largest element: float32 against float64. */
const TOLERANCE = 1e-4;

describe.each(own.map((reference) => [reference.name, reference] as const))("%s", (name, reference) => {
  const folder = fileURLToPath(new URL(`../../${name.replace("models/", "packages/model-")}`, import.meta.url));

  it.each(["all", "pooled"] as const)("computes what transformers computes (last block: %s)", async (lastBlock) => {
    const differences = await compareParity(reference, { lastBlock, folder });
    for (const [what, difference] of Object.entries(differences)) expect(difference, what).toBeLessThan(TOLERANCE);
  });
});
