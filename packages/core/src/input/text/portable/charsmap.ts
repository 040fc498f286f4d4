/**
 * @file The character map that SentencePiece compiles into its models ("precompiled_charsmap"): a double array of
 * Darts, then the texts that it leads to. Read as the crate spm_precompiled reads it.
 */

import { CheckpointError } from "../../../errors.ts";
import { graphemes } from "../../../util/graphemes.ts";
import { type AlignedText, type Change, plain, transform } from "./aligned-text.ts";

/** What a piece of text becomes; undefined where it stays as it is. */
export type Charsmap = (piece: string) => string | undefined;

/** @throws {CheckpointError} When the bytes are no such map. */
export function parseCharsmap(base64: string): Charsmap {
  const bytes = decodeBase64(base64);
  const view = new DataView(bytes.buffer);
  const size = bytes.length < 4 ? -1 : view.getUint32(0, true);
  if (size < 4 || size % 4 !== 0 || 4 + size > bytes.length) {
    throw new CheckpointError(
      `Cannot read "precompiled_charsmap": it has ${bytes.length} bytes, of which ${size} should be its index; download tokenizer.json again`,
      "tokenizer.json",
    );
  }
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const texts = bytes.subarray(4 + size);
  checkIndex(units, texts);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return (piece) => {
    const place = firstPrefix(units, encoder.encode(piece));
    if (place === undefined) return undefined;
    const end = texts.indexOf(0, place);
    return decoder.decode(texts.subarray(place, end < 0 ? texts.length : end));
  };
}

/** @throws {CheckpointError} When the index leads out of itself or of the texts: the native library ends the process there. */
function checkIndex(units: Uint32Array, texts: Uint8Array): void {
  const damaged = (found: string, cause?: unknown) =>
    new CheckpointError(
      `Cannot read "precompiled_charsmap": ${found}; download tokenizer.json again`,
      "tokenizer.json",
      { cause },
    );
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(texts);
  } catch (cause) {
    throw damaged("its texts are not UTF-8", cause);
  }
  const start = offsetOf(units[0] as number);
  const seen = new Set([start]);
  for (const position of seen) {
    for (let byte = 1; byte <= LAST_BYTE; byte++) {
      const unit = units[position ^ byte];
      if (unit === undefined) throw damaged(`its index has ${units.length} places and leads to ${position ^ byte}`);
      if (labelOf(unit) !== byte) continue;
      const next = position ^ byte ^ offsetOf(unit);
      seen.add(next);
      if (!hasLeaf(unit)) continue;
      const leaf = units[next];
      const place = leaf === undefined ? undefined : leaf & LEAF_VALUE;
      if (place === undefined || place > texts.length || !isBoundary(texts, place))
        throw damaged(
          `its index leads to ${place === undefined ? `place ${next} of itself` : `byte ${place}`}, where nothing begins`,
        );
    }
  }
}

/** Whether a character begins at a place of UTF-8, or the text ends there. */
const isBoundary = (texts: Uint8Array, place: number): boolean => ((texts[place] ?? 0) & 0xc0) !== 0x80;

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  try {
    const decoded = atob(base64);
    // Blanks and missing ends, which atob reads and others do not.
    if (btoa(decoded) !== base64) throw new SyntaxError("not the base64 that its bytes have");
    return Uint8Array.from(decoded, (char) => char.charCodeAt(0));
  } catch (cause) {
    throw new CheckpointError(
      'Cannot read "precompiled_charsmap": it is no text of base64; download tokenizer.json again',
      "tokenizer.json",
      { cause },
    );
  }
}

const LAST_BYTE = 0xff;
const LEAF_VALUE = 0x7fffffff;

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0;
const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1;

/** Value of the shortest key that `key` begins with. */
function firstPrefix(units: Uint32Array, key: Uint8Array): number | undefined {
  let position = offsetOf(units[0] as number);
  for (const byte of key) {
    if (byte === 0) return undefined;
    position ^= byte;
    const unit = units[position];
    if (unit === undefined || labelOf(unit) !== byte) return undefined;
    position ^= offsetOf(unit);
    if (hasLeaf(unit)) return (units[position] as number) & LEAF_VALUE;
  }
  return undefined;
}

/** Longest grapheme that is looked up as a whole, bytes of UTF-8; others are taken character by character. */
const LONGEST = 5;

/** Applies the map to graphemes, else to their characters. */
export function applyCharsmap(text: AlignedText, map: Charsmap): AlignedText {
  const changes: Change[] = [];
  let changed = false;
  const replace = (old: string, replacement: string) => {
    changed = true;
    const after = Array.from(replacement);
    const more = after.length - Array.from(old).length;
    after.forEach((char, i) => {
      changes.push([char, i >= after.length - Math.max(0, more) ? 1 : 0]);
    });
    const last = changes.at(-1);
    if (more < 0 && last !== undefined) changes[changes.length - 1] = [last[0], last[1] + more];
  };
  for (const segment of graphemes(plain(text))) {
    const short = new TextEncoder().encode(segment).length <= LONGEST;
    const whole = short ? map(segment) : undefined;
    if (whole !== undefined) replace(segment, whole);
    else {
      for (const char of segment) {
        const replacement = map(char);
        if (replacement === undefined) changes.push([char, 0]);
        else replace(char, replacement);
      }
    }
  }
  return changed ? transform(text, changes) : text;
}
