/** @file 10,000 damaged safetensors files: each header is read, or refused with one of our errors. */

import {
  encodeSafetensors,
  parseSafetensorsHeader,
  safetensorsHeaderLength,
} from "@calig/core/internal/checkpoint/safetensors";
import { expect, it } from "vitest";
import { countRefused } from "./mutate.ts";

const CASES = 10_000;
const LENGTH_FIELD = 8;

function read(bytes: Uint8Array): void {
  const length = safetensorsHeaderLength(bytes.subarray(0, LENGTH_FIELD), bytes.length, "damaged.safetensors");
  parseSafetensorsHeader(bytes.subarray(LENGTH_FIELD, LENGTH_FIELD + length), bytes.length, "damaged.safetensors");
}

it(`reads or refuses ${CASES} damaged safetensors files`, { timeout: 300_000 }, () => {
  const file = encodeSafetensors(
    ["embeddings.weight", "layer.0.dense.weight", "layer.0.dense.bias", "ü"].map((name, index) => ({
      name,
      dtype: index % 2 === 0 ? "float32" : "float64",
      shape: [index + 1, 3],
      data: index % 2 === 0 ? new Float32Array(3 * index + 3) : new Float64Array(3 * index + 3),
    })),
    { format: "pt" },
  );
  const reach = LENGTH_FIELD + safetensorsHeaderLength(file.subarray(0, LENGTH_FIELD), file.length, "whole");
  const refused = countRefused(read, file, { cases: CASES, seed: 21, reach });
  expect(refused).toBeGreaterThan(CASES / 4);
  expect(refused).toBeLessThan(CASES);
});
