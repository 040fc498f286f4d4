/** @file JSON from outside: no deeper than what reads and shows it can go. */

/** Lists and objects within each other. What calig reads has fewer than ten; deeper values end whoever walks through them. */
const DEEPEST = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = [0x5b, 0x7b];
const CLOSE = [0x5d, 0x7d];

/**
 * What `JSON.parse` gives for a text.
 *
 * Cost: one pass over the text besides.
 *
 * @throws {SyntaxError} When it is not valid JSON, or lists and objects lie more than 200 deep in each other.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeep(text)) throw new SyntaxError(`lists and objects lie more than ${DEEPEST} deep in each other`);
  return value;
}

/** @param text - Valid JSON. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (OPEN.includes(char)) {
      depth++;
      if (depth > DEEPEST) return true;
    } else if (CLOSE.includes(char)) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
