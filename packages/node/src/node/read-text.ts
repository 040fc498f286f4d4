/** @file The text of a file: UTF-8, or UTF-16 with its mark. What is no text is named, never read with replacement characters. */

import { readFile, stat } from "node:fs/promises";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import { foreignContent } from "./foreign-files.ts";
import { storageOf } from "./storage/open-storage.ts";
import { isBucket } from "./storage/storage.ts";

/** Longest file that becomes one string of the engine (V8: 2^29 - 24 units). */
const MOST_BYTES = 2 ** 29 - 24;

/**
 * @param purpose - For messages: "inputs", "a data set".
 * @param endings - The endings that such files have.
 * @throws {UsageError} When there is no such file.
 */
export async function checkFile(file: string, purpose: string, endings: string): Promise<void> {
  if (isBucket(file)) {
    if ((await (await storageOf(file)).find(file)) !== undefined) return;
    throw new UsageError(`Cannot read ${purpose} from ${quote(file)}: there is no such file`);
  }
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new UsageError(`Cannot read ${purpose} from ${quote(file)}: there is no such file`);
  if (found.isDirectory()) {
    throw new UsageError(
      `Cannot read ${purpose} from ${quote(file)}: it is a folder; give a file ending in ${endings}`,
    );
  }
}

/**
 * All of a text file, without a byte order mark.
 *
 * @throws {InputError} When it is no text, or none in UTF-8 or marked UTF-16: says what it is, or which line is wrong.
 */
export const readText = async (file: string): Promise<string> => decodeText(await bytesOf(file), quote(file), file);

async function bytesOf(file: string): Promise<Uint8Array> {
  if (!isBucket(file)) return readFile(file);
  const opened = await (await storageOf(file)).open(file);
  return opened.slice(0, opened.bytes);
}

/**
 * Bytes as text, without a byte order mark.
 *
 * @param what - For messages: where the bytes are from.
 * @param file - Name of the file that commands in messages are about.
 * @throws {InputError} As `readText`.
 */
export function decodeText(bytes: Uint8Array, what: string, file: string): string {
  const refuse = (why: string, options?: ErrorOptions): never => {
    throw new InputError(`Cannot read ${what}: ${why}`, options);
  };
  const foreign = foreignContent(bytes, file);
  if (foreign !== undefined) refuse(`it is ${foreign.what}; ${foreign.remedy}`);
  if (bytes.length > MOST_BYTES) refuse(`it has more than ${MOST_BYTES} bytes; split it into several files`);
  const encoding = markedEncoding(bytes);
  let content: string;
  try {
    content = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    if (encoding !== "utf-8")
      return refuse(`it is marked as ${encoding.toUpperCase()} but is not valid in it`, { cause });
    const { byte, line } = firstWrong(bytes);
    return refuse(
      `it is not UTF-8 text: byte 0x${byte.toString(16).toUpperCase()} in line ${line}; convert it first: save it as UTF-8, or if it is in Windows-1252 (Latin-1) use iconv -f WINDOWS-1252 -t UTF-8`,
      { cause },
    );
  }
  const nul = content.indexOf("\0");
  if (nul >= 0) {
    refuse(
      looksLikeUtf16(bytes)
        ? "it looks like UTF-16 without a byte order mark; save it as UTF-8"
        : `line ${lineAt(content, nul)} holds a NUL character, which no text has; it is binary or damaged`,
    );
  }
  return content;
}

/** UTF-32 has the mark of UTF-16 and two zeros, which are refused as NUL characters. */
function markedEncoding([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** In UTF-16, texts in Latin letters are half zeros. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  let zeros = 0;
  for (const byte of bytes) if (byte === 0) zeros++;
  return zeros > bytes.length / 4;
}

/** The first byte that is not UTF-8. */
function firstWrong(bytes: Uint8Array): { readonly byte: number; readonly line: number } {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  let offset = 0;
  // The replacement character may also be what the file holds: then its own three bytes are there.
  for (const [index, part] of text.split("\uFFFD").entries()) {
    if (index > 0) {
      const isOwn = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
      if (!isOwn) break;
      offset += 3;
    }
    offset += encoder.encode(part).length;
  }
  const before = new TextDecoder("utf-8").decode(bytes.subarray(0, offset));
  return { byte: bytes[offset] ?? 0, line: lineAt(before, before.length) };
}

/** Line of a place in a text, from 1. */
export const lineAt = (content: string, offset: number): number =>
  (content.slice(0, offset).match(/\r\n|\n|\r/g)?.length ?? 0) + 1;
