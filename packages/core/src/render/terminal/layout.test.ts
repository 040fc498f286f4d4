import { describe, expect, test } from "vitest";
import { columnsOf } from "../flow.ts";
import { beside, flowPainted, isolate, padEnd, padStart, truncate, wrap } from "./layout.ts";

describe("wrap()", () => {
  test("breaks at white space and never exceeds the width", () => {
    expect(wrap("aa bb  cc dd", 5)).toEqual(["aa bb", "cc dd"]);
    expect(wrap("aa bb cc", 80)).toEqual(["aa bb cc"]);
  });

  test("keeps line ends of the text, also empty lines", () => {
    expect(wrap("a\nb\n\nc\r\nd", 10)).toEqual(["a", "b", "", "c", "d"]);
  });

  test("cuts a word only when it is wider than a line", () => {
    expect(wrap("ab abcdefgh", 5)).toEqual(["ab", "abcde", "fgh"]);
  });

  test("breaks between wide characters, which take two columns", () => {
    expect(wrap("素晴らしい映画", 6)).toEqual(["素晴ら", "しい映", "画"]);
    expect(wrap("素晴らしい映画", 7)).toEqual(["素晴ら", "しい映", "画"]);
  });

  test("keeps joined emoji and accents whole", () => {
    expect(wrap("👩‍👩‍👧👩‍👩‍👧", 3)).toEqual(["👩‍👩‍👧", "👩‍👩‍👧"]);
    expect(wrap("e\u0301e\u0301e\u0301", 2)).toEqual(["e\u0301e\u0301", "e\u0301"]);
  });

  test("returns no line for an empty text", () => {
    expect(wrap("", 10)).toEqual([]);
  });
});

describe("flowPainted()", () => {
  const mark = (text: string) => `<${text}>`;

  test("keeps pieces without white space between them together", () => {
    const pieces = [{ text: "aa " }, { text: "bb" }, { text: "," }];
    expect(flowPainted(pieces, 5)).toEqual(["aa", "bb,"]);
  });

  test("paints a piece once per line and not the space around it", () => {
    const pieces = [{ text: "a " }, { text: "bcd", paint: mark }, { text: " e" }];
    expect(flowPainted(pieces, 20)).toEqual(["a <bcd> e"]);
    expect(flowPainted([{ text: "abcdef", paint: mark }], 4)).toEqual(["<abcd>", "<ef>"]);
  });

  test("removes escape sequences and direction marks", () => {
    expect(flowPainted([{ text: "\u001b[31mx\u202ey" }], 20)).toEqual(["\ufffd[31mxy"]);
  });
});

describe("truncate()", () => {
  test("cuts by columns and marks the cut", () => {
    expect(truncate("abcdef", 6)).toBe("abcdef");
    expect(truncate("abcdefg", 6)).toBe("abcde…");
    expect(truncate("素晴らしい", 6)).toBe("素晴…");
    expect(truncate("abcdefg", 6, "...")).toBe("abc...");
  });
});

test("padEnd() and padStart() count columns, not characters", () => {
  expect(padEnd("素", 4)).toBe("素  ");
  expect(padStart("\u001b[1m素\u001b[0m", 3)).toBe(" \u001b[1m素\u001b[0m");
  expect(columnsOf(isolate("שלום"))).toBe(4);
});

test("isolate() sets right-to-left text apart and leaves the rest alone", () => {
  expect(isolate("שלום")).toBe("\u2068שלום\u2069");
  expect(isolate("سلام!")).toBe("\u2068سلام!\u2069");
  expect(isolate("ሰላም")).toBe("ሰላም");
});

test("beside() pads the left block", () => {
  expect(beside(["a", "b"], ["x"], 3, 1)).toEqual(["a   x", "b"]);
  expect(beside([], ["x"], 3, 1)).toEqual(["    x"]);
});
