/** @file Values as small plain data that says what is in them: for keys of what is kept. */

import { sha256 } from "./sha256.ts";

/**
 * The same value with arrays of numbers as their type, length and SHA-256, without functions; records in the order of
 * their names. Equal for equal contents, whatever they are called and wherever they lie.
 *
 * @returns Undefined where the platform computes no checksums (pages over plain HTTP).
 */
export async function contentOf(value: unknown): Promise<{ readonly content: unknown } | undefined> {
  let told = true;
  const spelled = async (at: unknown): Promise<unknown> => {
    if (typeof at === "bigint") return `${at}n`;
    if (typeof at !== "object" || at === null) return typeof at === "function" ? undefined : at;
    if (at instanceof ArrayBuffer) return spelled(new Uint8Array(at));
    if (ArrayBuffer.isView(at)) {
      const checksum = await sha256([new Uint8Array(at.buffer, at.byteOffset, at.byteLength)]);
      if (checksum === "") told = false;
      return [at.constructor.name.replace(/^Buffer$/, "Uint8Array"), at.byteLength, checksum];
    }
    if (Array.isArray(at)) return Promise.all(at.map(spelled));
    const fields: [string, unknown][] = [];
    for (const [name, field] of Object.entries(at).sort(([a], [b]) => (a < b ? -1 : 1))) {
      fields.push([name, await spelled(field)]);
    }
    return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
  };
  const content = await spelled(value);
  return told ? { content } : undefined;
}
