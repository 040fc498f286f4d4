import { describe, expect, test } from "vitest";
import { image } from "../../../../test/render/fixtures.ts";
import type { ImageExplanation } from "../attribution/explanation.ts";
import { regionsInWords } from "./regions.ts";

/** The fixture with a number for each patch of 6 x 6; the class token has one that must not count. */
function withPatches(of: (row: number, column: number) => number, special = 100): ImageExplanation {
  const features = [
    { row: -1, column: -1, special: true },
    ...Array.from({ length: 36 }, (_, i) => ({ row: Math.floor(i / 6), column: i % 6, special: false })),
  ];
  return {
    ...image,
    input: { ...image.input, grid: [6, 6] },
    features,
    attribution: features.map(({ row, column, special: isSpecial }) => (isSpecial ? special : of(row, column))),
  };
}

describe("regionsInWords()", () => {
  test("names the regions that hold at least half of each side", () => {
    const said = regionsInWords(
      withPatches((row, column) => (row < 2 && column < 2 ? 3 : row > 3 && column > 3 ? -2 : 0.25)),
    );
    // Support: 4 x 3 of 4 x 3 + 28 x 0.25; opposition: all of it in one corner.
    expect(said).toBe(
      "Supports tabby cat: upper left (63% of the supporting evidence). Opposes it: lower right (100% of the opposing evidence).",
    );
  });

  test("names several regions, strongest first, only as many as are needed", () => {
    const strengths: Readonly<Record<string, number>> = { "0 1": 3, "1 1": 4, "2 2": 1, "2 0": 2 };
    const said = regionsInWords(
      withPatches((row, column) => strengths[`${Math.floor(row / 2)} ${Math.floor(column / 2)}`] ?? 0),
    );
    expect(said).toBe("Supports tabby cat: centre and top (70% of the supporting evidence). No patch opposes it.");
  });

  test("calls evidence spread that no three regions hold half of, or that is as dense everywhere", () => {
    expect(regionsInWords(withPatches(() => 1))).toBe(
      "Supports tabby cat: spread over the picture. No patch opposes it.",
    );
  });

  test("says how weak a weak side is", () => {
    const said = regionsInWords(withPatches((row, column) => (column === 5 ? 4 : row % 2 === 0 ? -0.1 : 0)));
    expect(said).toBe(
      "Supports tabby cat: all along the right (100% of the supporting evidence). Opposes it: spread over the picture, weak: 6% of all evidence.",
    );
  });

  test("says when there is no evidence, or none on one side", () => {
    expect(regionsInWords(withPatches(() => 0))).toBe("No patch supports or opposes tabby cat.");
    expect(regionsInWords(withPatches((row, column) => (row === 5 && column === 0 ? -1 : 0)))).toBe(
      "No patch supports tabby cat. Opposes it: lower left (100% of the opposing evidence).",
    );
  });

  test("speaks of what matters where values have no sign", () => {
    const unsigned = (of: (row: number) => number) => ({
      ...withPatches(of),
      method: { name: "saliency", signed: false as const, options: {} },
    });
    expect(regionsInWords(unsigned((row) => (row < 2 ? 1 : 0)))).toBe(
      "Matters for tabby cat: all along the top (100% of what matters).",
    );
    expect(regionsInWords(unsigned(() => 0))).toBe("No patch matters for tabby cat.");
  });

  test("counts places on the picture as it was given, of which the model may have seen a part", () => {
    const all = withPatches((row) => (row === 0 ? 1 : 0));
    // The model saw the lowest third only.
    const cropped = { ...all, input: { ...all.input, width: 300, height: 300, seen: [0, 200, 300, 100] as const } };
    expect(regionsInWords(cropped)).toContain("Supports tabby cat: spread over the picture");
    const corner = { ...withPatches((row, column) => (row === 0 && column === 0 ? 1 : 0)), input: cropped.input };
    expect(regionsInWords(corner)).toContain("Supports tabby cat: lower left (100% ");
  });

  test("takes other numbers than the result, as those of a block", () => {
    const explanation = withPatches(() => 0);
    const values = explanation.features.map(({ row, column }) => (row === 2 && column === 3 ? 1 : 0));
    expect(regionsInWords(explanation, values)).toContain("centre (100% of the supporting evidence)");
  });
});
