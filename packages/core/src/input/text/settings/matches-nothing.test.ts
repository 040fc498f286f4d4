/** @file Patterns that may match nothing, and patterns of real tokenizers, which do not. */

import { describe, expect, it } from "vitest";
import { mayMatchNothing } from "./matches-nothing.ts";

describe("mayMatchNothing()", () => {
  it.each([
    "",
    "x*",
    "^",
    "$",
    "\\b",
    "\\G",
    "a|",
    "(a|b*)",
    "(?=f)",
    "(?<!a)",
    "(?i)",
    "a{0,2}",
    "a{,2}",
    "(?:a?){3}",
    "(a)?\\1",
    "(?~x)",
    "(?x) ",
    "(?R)",
    "(a",
    "(?<n>a*)\\k<n>",
    "[a]*?",
    "((((a*))))",
  ])("is true of %s", (pattern) => {
    expect(mayMatchNothing(pattern)).toBe(true);
  });

  it.each([
    ...[
      "a",
      " ",
      "\\s+",
      "[^\\w]",
      "\\p{L}+",
      "a{1,}",
      "(?<=a)b",
      "(?i)the",
      "(?i:x)",
      "[]a]",
      "[\\p{L}&&[a-z]]",
      "\\.",
      "(a|b)+",
      "^a$",
    ],
    ...[" {2,}", "[\\r\\n]+", "``|''", "\\x{41}", "(?:a|\\\\)", "\\\\G", "a\\*"],
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ])("is false of %s", (pattern) => {
    expect(mayMatchNothing(pattern)).toBe(false);
  });
});
