import { describe, expect, test } from "vitest";
import { type Span, segmentText, spansOfFeatures } from "./segments.ts";

const span = (text: string, start: number, end: number): Span => ({ text, start, end });
const kinds = (segments: ReturnType<typeof segmentText>) =>
  segments.map(({ kind, text, members }) => `${kind}:${text}:${members.join(",")}`);

describe("segmentText()", () => {
  test("returns features and the gaps between them", () => {
    expect(kinds(segmentText(" a bc. ", [span("a", 1, 2), span("bc", 3, 5)]))).toEqual([
      "gap: :",
      "feature:a:0",
      "gap: :",
      "feature:bc:1",
      "gap:. :",
    ]);
  });

  test("puts special tokens where their span is, before a feature that starts there", () => {
    expect(kinds(segmentText("ab", [span("[CLS]", 0, 0), span("ab", 0, 2), span("[SEP]", 2, 2)]))).toEqual([
      "special:[CLS]:0",
      "feature:ab:1",
      "special:[SEP]:2",
    ]);
  });

  test("joins spans that share a character", () => {
    expect(kinds(segmentText("x😀y", [span("x", 0, 1), span("😀", 1, 3), span("😀", 1, 3), span("y", 3, 4)]))).toEqual([
      "feature:x:0",
      "feature:😀:1,2",
      "feature:y:3",
    ]);
  });

  test("never cuts a surrogate pair, a joined emoji or an accent", () => {
    const family = "👩\u200d👩\u200d👧";
    const text = `${family}e\u0301`;
    const spans = [span("a", 0, 1), span("b", 1, 3), span("c", 3, family.length), span("d", 8, 9)];
    expect(kinds(segmentText(text, spans))).toEqual([`feature:${family}:0,1,2`, "feature:e\u0301:3"]);
  });

  test("clips offsets beyond the text and sorts spans by their start", () => {
    expect(kinds(segmentText("abc", [span("c", 2, 99), span("a", -3, 1)]))).toEqual([
      "feature:a:1",
      "gap:b:",
      "feature:c:0",
    ]);
  });

  test("keeps every character of the text, whatever the spans are", () => {
    const text = "aé👍🏽 ሰላም שלום e\u0301z";
    for (let seed = 1; seed < 200; seed++) {
      const spans = Array.from({ length: seed % 7 }, (_, i) => {
        const start = (seed * (i + 3) * 7) % text.length;
        return span("s", start, start + ((seed + i * 5) % 4));
      });
      const segments = segmentText(text, spans);
      const visible = segments.filter((segment) => segment.kind !== "special");
      expect(visible.map((segment) => segment.text).join("")).toBe(text);
      const members = segments.flatMap((segment) => segment.members).sort((a, b) => a - b);
      expect(new Set(members).size).toBe(members.length);
    }
  });

  test("handles an empty text", () => {
    expect(kinds(segmentText("", []))).toEqual([]);
    expect(kinds(segmentText("", [span("[CLS]", 0, 0)]))).toEqual(["special:[CLS]:0"]);
  });
});

describe("spansOfFeatures()", () => {
  test("places special tokens by their order, not by their offsets", () => {
    const feature = (text: string, start: number, end: number, special: boolean) => ({
      text,
      start,
      end,
      special,
      word: special ? null : 0,
    });
    const features = [feature("[CLS]", 0, 0, true), feature("ab", 0, 2, false), feature("[SEP]", 0, 0, true)];
    expect(kinds(segmentText("ab", spansOfFeatures(features)))).toEqual([
      "special:[CLS]:0",
      "feature:ab:1",
      "special:[SEP]:2",
    ]);
  });
});
