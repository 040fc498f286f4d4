import { expect, test } from "vitest";
import { printable, visible } from "./plain-text.ts";

test("printable() leaves nothing that moves the cursor, the line or the direction", () => {
  expect(printable("a\tb\nc\u001b]0;title\u0007\u202e\u2067d")).toBe("a b c\ufffd]0;title\ufffdd");
});

test("visible() names what would not show", () => {
  expect(visible("ab")).toBe("ab");
  expect(visible("\u202e")).toBe("U+202E");
  expect(visible(" \u2066")).toBe("U+0020 U+2066");
  expect(visible("")).toBe("");
});
