import { describe, expect, it } from "vitest";
import { translateRegex } from "./translate-regex.ts";

const matches = (pattern: string, text: string) => text.match(translateRegex(pattern)) ?? [];

describe("translateRegex()", () => {
  it("takes white space as Unicode has it", () => {
    expect(matches("\\s", "a b\u0085\ufeff\u3000")).toEqual([" ", "\u0085", "\u3000"]);
    expect(matches("[^\\s,]+", "a\u0085b,c")).toEqual(["a", "b", "c"]);
    expect(matches("\\S+", "ab \ufeffc")).toEqual(["ab", "\ufeffc"]);
  });

  it("takes letters and digits of all scripts", () => {
    expect(matches("\\w+", "naïve_1 ጥሩ-x")).toEqual(["naïve_1", "ጥሩ", "x"]);
    expect(matches("\\d", "1२a")).toEqual(["1", "२"]);
  });

  it("ignores case in the groups that say so", () => {
    expect(matches("(?i:'s|'re)|x", "'S 're 'Re X x")).toEqual(["'S", "'re", "'Re", "x"]);
    expect(matches("(?i:(a)b)c", "ABc abC")).toEqual(["ABc"]);
  });

  it("keeps brackets that come first in a class", () => {
    expect(matches("[]a]+", "a]b")).toEqual(["a]"]);
    expect(matches("[^]a]+", "a]b")).toEqual(["b"]);
  });

  it("refuses what JavaScript does not know", () => {
    expect(() => translateRegex("a++")).toThrow(SyntaxError);
  });
});
