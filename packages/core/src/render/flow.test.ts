import { describe, expect, test } from "vitest";
import { columnsOf, flow } from "./flow.ts";

const [a, b] = [{ name: "a" }, { name: "b" }];

describe("flow()", () => {
  test("returns runs with their style and width; spaces belong to no style", () => {
    const lines = flow(
      [
        { text: "one ", style: a },
        { text: "素", style: b },
        { text: "two", style: b },
      ],
      20,
    );
    expect(lines).toEqual([
      [
        { text: "one", width: 3, style: a },
        { text: " ", width: 1, style: null },
        { text: "素two", width: 5, style: b },
      ],
    ]);
  });

  test("keeps the styles of a word that is cut", () => {
    const lines = flow(
      [
        { text: "abc", style: a },
        { text: "def", style: b },
      ],
      4,
    );
    expect(lines.map((line) => line.map(({ text, style }) => [text, style]))).toEqual([
      [
        ["abc", a],
        ["d", b],
      ],
      [["ef", b]],
    ]);
  });

  test("may end a line after Ethiopic word spaces and stops, which stay with the word before", () => {
    const pieces = ["ሰማይንና", "፡", "ምድርን", "፡", "ፈጠረ", "፡፡", "ምድርም"].map((text) => ({ text, style: { text } }));
    const lines = flow(pieces, 13).map((line) => line.map(({ text }) => text).join(""));
    expect(lines).toEqual(["ሰማይንና፡ምድርን፡", "ፈጠረ፡፡ምድርም"]);
    expect(flow(pieces, 11).map((line) => line.map(({ text }) => text).join(""))[0]).toBe("ሰማይንና፡ምድርን፡");
    expect(flow(pieces, 10).map((line) => line.map(({ text }) => text).join(""))[0]).toBe("ሰማይንና፡");
  });

  test("never returns a line wider than asked, unless one character is", () => {
    const text = "The café 素晴らしい映画 👩‍👩‍👧 antidisestablishmentarianism\nx";
    for (let columns = 2; columns < 40; columns++) {
      for (const line of flow([{ text, style: a }], columns)) {
        expect(line.reduce((sum, run) => sum + run.width, 0)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

test("columnsOf() measures wide, joined and combining characters", () => {
  expect([columnsOf("abc"), columnsOf("素"), columnsOf("👩‍👩‍👧"), columnsOf("e\u0301"), columnsOf("")]).toEqual([
    3, 2, 2, 1, 0,
  ]);
});
