/** @file A part of a page that a script of its own writes: between two comments that name it. */

import { readFileSync, writeFileSync } from "node:fs";

const between = (name: string): RegExp => new RegExp(`<!-- ${name} -->\n[^]*?<!-- end of ${name} -->`);

/** Puts `text` in the place of the part, or at the end of the page. */
export function replaceSection(page: URL, name: string, text: string): void {
  const whole = readFileSync(page, "utf8");
  const part = `<!-- ${name} -->\n\n${text}\n\n<!-- end of ${name} -->`;
  const found = whole.match(between(name));
  writeFileSync(page, found === null ? `${whole.trimEnd()}\n\n${part}\n` : whole.replace(found[0], () => part));
}

/** The part with its comments; undefined where the page has none. */
export function readSection(whole: string, name: string): string | undefined {
  return whole.match(between(name))?.[0];
}
