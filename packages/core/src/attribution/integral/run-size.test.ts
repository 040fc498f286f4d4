import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../../errors.ts";
import type { ExplainableModel } from "../explainable-model.ts";
import { forwardRows, sweepLimit, sweepMemoryWarnings } from "./run-size.ts";

const MEBIBYTE = 2 ** 20;
/** Rows that pass all blocks of one run. */
const sweepRows = (...asked: Parameters<typeof sweepLimit>) =>
  sweepLimit(...asked)(new Array<number>(10_000).fill(asked[0].programs.blocks));

const model = (freeBytes: number, kind = "logits") =>
  ({
    anatomy: { streams: [{ width: 64, heads: 4 }], outputs: [{ kind }] },
    programs: { blocks: 2 },
    platform: { freeBytes: () => freeBytes },
  }) as unknown as ExplainableModel;

describe("sweepMemoryWarnings()", () => {
  const streamed = { ...model(0), programs: { blocks: 2, dividesRuns: true } } as unknown as ExplainableModel;

  it("says what the smallest run takes where that is more than it may", () => {
    expect(sweepMemoryWarnings(model(0), 100, { memory: 2 * 2_611_200 })).toEqual([]);
    expect(sweepMemoryWarnings(model(0), 100, { memory: 2 ** 20 })).toEqual([
      { code: "memory", message: expect.stringMatching(/about 5 MB for its activations and 1 MB may be used/) },
    ]);
  });

  it("is silent about runs that divide themselves", () => {
    expect(sweepMemoryWarnings(streamed, 100, { memory: 1 })).toEqual([]);
    expect(sweepRows(streamed, 100, { memory: 1 })).toBe(10_000);
  });
});

describe("forwardRows() and sweepLimit()", () => {
  it("count the logits of a vocabulary, and leave language models half as much where nothing is asked for", () => {
    const memory = 10 * 2_611_200;
    expect(sweepRows(model(0, "next-token"), 100, { memory }, 2_611_200 / 20)).toBe(5);
    const rows = (kind: string) => sweepRows(model(2 ** 40, kind), 100, {});
    expect(rows("logits") / rows("next-token")).toBeCloseTo(2, 1);
  });

  it("fit the memory that is asked for", () => {
    // 100 positions: 4 * 100 * (12 * 64 + 3 * 4 * 100) = 787200 bytes, 4 * 100 * 2 * (26 * 64 + 4 * 4 * 100) = 2611200.
    expect(forwardRows(model(0), 100, { memory: 10 * 787_200 })).toBe(10);
    expect(sweepRows(model(0), 100, { memory: 10 * 2_611_200 })).toBe(10);
  });

  it("have more rows of high blocks, by what each passes", () => {
    const fitting = sweepLimit(model(0), 100, { memory: 10 * 2_611_200 });
    expect(fitting([2, 2, 2, 1, 1])).toBe(5);
    expect(fitting(new Array(50).fill(1))).toBe(20);
    expect(fitting([...new Array(8).fill(2), ...new Array(50).fill(1)])).toBe(12);
  });

  it("take a quarter of the free memory, but 64 MiB at least and 512 MiB at most", () => {
    const rows = (freeBytes: number) => sweepRows(model(freeBytes), 100, {});
    const of = (bytes: number) => Math.floor(bytes / 2_611_200);
    expect(rows(0)).toBe(of(64 * MEBIBYTE));
    expect(rows(1024 * MEBIBYTE)).toBe(of(256 * MEBIBYTE));
    expect(rows(2 ** 40)).toBe(of(512 * MEBIBYTE));
  });

  it("run something however little memory there is, and no more forward rows than are of use", () => {
    expect(forwardRows(model(0), 100, { memory: 1 })).toBe(1);
    expect(sweepRows(model(0), 100, { memory: 1 })).toBe(2);
    expect(forwardRows(model(0), 1, { memory: 2 ** 40 })).toBe(64);
  });

  it("refuse memory that is no number above 0", () => {
    for (const memory of [0, -1, Number.NaN]) {
      expect(() => forwardRows(model(0), 1, { memory })).toThrow(InvalidOptionError);
    }
  });
});
