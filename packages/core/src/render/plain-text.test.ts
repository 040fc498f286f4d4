import { expect, test } from "vitest";
import { printable, visible, withoutOverrides } from "./plain-text.ts";

test("printable() leaves nothing that moves the cursor, the line or the direction", () => {
  expect(printable("a\tb\nc\u001b]0;title\u0007\u202e\u2067d")).toBe("a b c\ufffd]0;title\ufffdd");
});

test("withoutOverrides() keeps lines and direction marks", () => {
  expect(withoutOverrides("a\n\u202eb\u202c\u200f\u2066c\u2069")).toBe("a\nb\u200fc");
});

test("visible() names what would not show", () => {
  expect(visible("ab")).toBe("ab");
  expect(visible("\u202e")).toBe("U+202E");
  expect(visible(" \u2066")).toBe("U+0020 U+2066");
  expect(visible("")).toBe("");
});
