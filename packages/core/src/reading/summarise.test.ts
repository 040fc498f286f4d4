import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { SAMPLE_EXPLANATIONS } from "../extend/kit/sample-explanations.ts";
import { LANGUAGES } from "./languages.ts";
import { strength } from "./strength.ts";
import { summarise } from "./summarise.ts";
import { STATEMENT_KINDS } from "./summary.ts";

const samples = Object.entries(SAMPLE_EXPLANATIONS);

describe("summarise()", () => {
  it.each(samples)("tells decision and limits of %s in every language", (_, explanation) => {
    for (const { code } of LANGUAGES) {
      const summary = summarise(explanation, { language: code });
      const kinds = summary.statements.map(({ kind }) => kind);
      expect(summary.language).toBe(code);
      expect(kinds[0]).toBe("decision");
      expect(kinds.at(-1)).toBe("not-told");
      expect(kinds).toEqual([...kinds].sort((a, b) => STATEMENT_KINDS.indexOf(a) - STATEMENT_KINDS.indexOf(b)));
      for (const { text } of summary.statements) expect(summary.text).toContain(text);
      expect(summary.text).not.toMatch(/undefined|NaN|\[object|[\u0000-\u0009\u000b-\u001f]/);
    }
  });

  it("refuses a language that there is none of, and names those that there are", () => {
    const [[, explanation]] = samples as [[string, (typeof samples)[number][1]]];
    expect(() => summarise(explanation, { language: "xx" })).toThrow(InvalidOptionError);
    expect(() => summarise(explanation, { language: "xx" })).toThrow('"en", "de"');
    expect(summarise(explanation, { language: "de-AT" }).language).toBe("de");
  });
});

describe("strength()", () => {
  it.each(samples)("is at most the relative one, of %s", (_, explanation) => {
    for (const value of explanation.attribution) {
      const absolute = strength(explanation, value);
      expect(absolute).toBeGreaterThanOrEqual(0);
      expect(absolute).toBeLessThanOrEqual(strength(explanation, value, "relative"));
    }
  });
});
