/** @file Configurations with numbers that no model has: refused, or built without work that grows with them. */

import { parseConfig } from "@calig/core/internal/checkpoint/config";
import { CheckpointError, UnsupportedModelError } from "@calig/core/internal/errors";
import { checkSizes } from "@calig/core/internal/transformer/check-sizes";
import { familyConfig } from "@calig/core/internal/transformer/family-config";
import { describe, expect, it } from "vitest";
import { countOperations } from "../support/count-operations.ts";
import { familyOf } from "../support/families.ts";
import { hashedWeights } from "../support/hashed-model.ts";
import { readParityFile } from "../support/parity.ts";

const NUMBERS = [-1, 0, 1, 1.5, 3, 1e-300, 16384, 2 ** 17, 1e6, 1e9, 2 ** 53, 1e300];
/** Operations beyond those for the model as it is: lists as long as the largest sizes that are read. */
const MORE = 40 * 2 ** 17;

/** One of each family. */
const cases = [
  ...new Map(
    ["text", "vision", "decoders"]
      .flatMap((name) => readParityFile(name).cases)
      .map((each) => [each.config.model_type, each] as const),
  ),
];

describe.each(cases)("a configuration of %s", (_, { config, tensors }) => {
  const fields: Readonly<Record<string, unknown>> = config;
  const weights = hashedWeights(tensors);
  const build = (changed: object) => {
    const stated = parseConfig(JSON.stringify({ ...fields, ...changed }), "config.json");
    const family = familyOf(stated.modelType);
    const read = familyConfig(family, stated);
    checkSizes(read, weights);
    family.build(read, weights);
  };
  build({}); // weights are made once
  const usual = countOperations(() => build({}));
  const keys = Object.keys(fields).filter((key) => typeof fields[key] === "number");

  it.each([...keys, "num_labels"])("may have any number for %s", (key) => {
    for (const number of NUMBERS) {
      const count = countOperations(() => {
        try {
          build({ [key]: number });
        } catch (error) {
          if (!(error instanceof CheckpointError || error instanceof UnsupportedModelError)) throw error;
        }
      });
      expect(count, `"${key}" ${number}`).toBeLessThan(usual + MORE);
    }
  });
});
