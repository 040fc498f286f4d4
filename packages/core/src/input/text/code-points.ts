/** @file Offsets in code points (Rust, Python) to offsets in UTF-16 (JavaScript). */

/**
 * A function that turns an offset into `text` counted in code points into one counted in UTF-16 units. A lone surrogate
 * is one code point, as in the replacement character that other languages see in its place. Offsets beyond the text
 * give its length.
 */
export function utf16OffsetsOf(text: string): (codePoints: number) => number {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return (codePoints) => Math.min(codePoints, text.length);
  const offsets = new Uint32Array(text.length + 1); // one entry per code point and one for the end
  let length = 0;
  let offset = 0;
  for (const character of text) {
    offsets[length++] = offset;
    offset += character.length;
  }
  offsets[length] = offset;
  const count = length;
  return (codePoints) => offsets[Math.min(codePoints, count)] as number;
}
