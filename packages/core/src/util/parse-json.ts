/** @file JSON from outside: no deeper than what reads and shows it can go. */

/** Lists and objects within each other. What calig reads has fewer than ten; deeper values end whoever walks through them. */
const DEEPEST = 200;

/**
 * What `JSON.parse` gives for a text.
 *
 * Cost: one pass over its lists and objects besides.
 *
 * @throws {SyntaxError} When it is not valid JSON, or lists and objects lie more than 200 deep in each other.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeeper(value, DEEPEST)) throw new SyntaxError(`lists and objects lie more than ${DEEPEST} deep in each other`);
  return value;
}

/** Whether a value lies more than `depth` deep: it goes no deeper itself to find out. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  for (const each of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof each === "object" && isDeeper(each, depth - 1)) return true;
  }
  return false;
}
