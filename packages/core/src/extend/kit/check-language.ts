/** @file The test kit of languages: every kind of explanation is told, in whole sentences of that language. */

import type { Explanation } from "../../attribution/explanation.ts";
import { summarise } from "../../reading/summarise.ts";
import { en } from "../../reading/words/en.ts";
import type { Words } from "../../reading/words/words.ts";
import { type KitCheck, KitReport } from "./report.ts";
import { SAMPLE_EXPLANATIONS } from "./sample-explanations.ts";

/**
 * Checks a language on sample explanations: all that English tells is told, in sentences that are not the English ones and
 * have no "undefined" in them; each warning that English has words for has words.
 *
 * @param explanations - More to tell, by what they are.
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkLanguage(
  words: Words,
  explanations: Readonly<Record<string, Explanation>> = {},
): Promise<readonly KitCheck[]> {
  const report = new KitReport();
  for (const [what, explanation] of Object.entries({ ...SAMPLE_EXPLANATIONS, ...explanations })) {
    await report.expect(`tells ${what}`, () => {
      const [own, english] = [summarise(explanation, { language: words }), summarise(explanation, { language: en })];
      const strange = /\bNaN\b|\bundefined\b|\[object \w+\]/.exec(own.text)?.[0];
      if (strange !== undefined) return `it says "${strange}"`;
      const kinds = ({ statements }: typeof own) => statements.map(({ kind }) => kind).join(", ");
      if (kinds(own) !== kinds(english)) return `it tells ${kinds(own)}, wanted ${kinds(english)}`;
      const same = own.statements.find(({ text }) => english.statements.some((other) => other.text === text));
      return same === undefined ? undefined : `it says in English: ${same.text}`;
    });
  }
  return report.finish("language", words.code);
}
