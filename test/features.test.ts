/** @file FEATURES.md says what the registry of gradient rules and their cases say. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { featuresPage } from "../scripts/features.ts";

it("FEATURES.md is fresh (npm run features writes it)", () => {
  expect(readFileSync(new URL("../FEATURES.md", import.meta.url), "utf8")).toBe(featuresPage());
});
