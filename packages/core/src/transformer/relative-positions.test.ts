import { describe, expect, it } from "vitest";
import { bidirectionalBucket, logarithmicBucket } from "./relative-positions.ts";

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

describe("logarithmicBucket()", () => {
  it("sorts distances as make_log_bucket_position of transformers 5.23 does, with the sizes of DeBERTa-v3", () => {
    const bucket = (distance: number) => logarithmicBucket(distance, 256, 512);
    const found = starts(bucket, 600, 1);
    expect(found).toHaveLength(271);
    expect(found.slice(126, 136)).toEqual([
      [126, 126],
      [127, 127],
      [128, 128],
      [129, 129],
      [130, 130],
      [131, 131],
      [133, 132],
      [134, 133],
      [136, 134],
      [137, 135],
    ]);
    expect(found.slice(-3)).toEqual([
      [583, 268],
      [589, 269],
      [596, 270],
    ]);
    for (let i = 1; i <= 600; i++) expect(bucket(-i)).toBe(-bucket(i));
  });

  it("does so with few buckets", () => {
    const edges = [0, 1, 2, 3, 4, 5, 9, 19, 40, 84, 178, 381];
    const bucket = (distance: number) => logarithmicBucket(distance, 8, 40);
    expect(starts(bucket, 600, 1)).toEqual(edges.map((distance, b) => [distance, b]));
  });
});
