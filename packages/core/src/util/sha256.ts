/** @file SHA-256 by the Web Crypto API, which browsers and Node have. */

/** Of the bytes of all files, in that order, hexadecimal; "" on pages that browsers do not trust with it (plain HTTP). */
export async function sha256(files: readonly Uint8Array[]): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) return "";
  const digest = await crypto.subtle.digest("SHA-256", joined(files));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function joined(files: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const [only] = files;
  if (files.length === 1 && only?.buffer instanceof ArrayBuffer) return only as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(files.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const file of files) {
    bytes.set(file, offset);
    offset += file.length;
  }
  return bytes;
}
