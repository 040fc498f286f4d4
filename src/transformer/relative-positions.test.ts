import { describe, expect, it } from "vitest";
import { bidirectionalBucket } from "./relative-positions.ts";

/** The distances at which a new bucket begins. */
function starts(
  bucket: (distance: number) => number,
  furthest: number,
  sign: 1 | -1,
): [distance: number, bucket: number][] {
  const all = Array.from({ length: furthest + 1 }, (_, i) => [i, bucket(sign * i)] as [number, number]);
  return all.filter(([i, b]) => i === 0 || b !== all[i - 1]?.[1]);
}

describe("bidirectionalBucket()", () => {
  it("sorts distances as MPNetEncoder.relative_position_bucket of transformers 5.23 does", () => {
    const one = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91];
    const bucket = (distance: number) => bidirectionalBucket(distance, 32, 128);
    expect(starts(bucket, 600, -1)).toEqual(one.map((distance, b) => [distance, b]));
    expect(starts(bucket, 600, 1)).toEqual(one.map((distance, b) => [distance, b === 0 ? 0 : 16 + b]));
  });
});
