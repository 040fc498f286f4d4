/** @file Pictures: PNG, JPEG, GIF, BMP, WebP, TIFF, AVIF and the formats of netpbm. */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { decodeImage, explain, type LoadedModel, loadModel } from "calig/node";
import { type FuzzKind, fileOf } from "../kind.ts";
import { mutateBytes } from "../mutate-bytes.ts";
import type { Chance } from "../random.ts";
import { familyCheckpoints } from "./models.ts";

const FILE = "picture";
const EXTREMES = [
  0,
  1,
  2,
  3,
  7,
  8,
  16,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  100_000,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

/** A number of 1, 2 or 4 bytes made extreme. */
function setNumber(bytes: Uint8Array, at: number, chance: Chance): Uint8Array {
  const result = bytes.slice();
  const width = chance.pick([1, 2, 4]);
  if (at + width > result.length) return mutateBytes(bytes, chance);
  const view = new DataView(result.buffer);
  const value = chance.pick(EXTREMES);
  const little = chance.is(0.5);
  if (width === 1) view.setUint8(at, value & 0xff);
  else if (width === 2) view.setUint16(at, value & 0xffff, little);
  else view.setUint32(at, value, little);
  return result;
}

/** Chunks of a PNG, whose checks are made right again so that the fault is met behind them. */
function mutateChunks(bytes: Uint8Array, chance: Chance): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: { type: Uint8Array; data: Uint8Array }[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    chunks.push({ type: bytes.subarray(at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  if (chunks.length === 0) return mutateBytes(bytes, chance);
  const at = chance.is(0.4) ? 0 : chance.below(chunks.length);
  const chunk = chunks[at] as (typeof chunks)[number];
  const step = chance.below(6);
  if (step === 0) chunks.splice(at, 1);
  else if (step === 1) chunks.splice(at, 0, ...Array.from({ length: chance.pick([1, 1, 100]) }, () => chunk));
  else if (step === 2) chunks.push(...chunks.splice(at, 1));
  else if (chunk.data.length > 0)
    chunks[at] = {
      ...chunk,
      data: chance.is(0.5)
        ? setNumber(chunk.data, chance.below(chunk.data.length), chance)
        : mutateBytes(chunk.data, chance),
    };
  const parts = chunks.flatMap(({ type, data }) => {
    const checked = Buffer.concat([type, data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(checked));
    return [length, checked, check];
  });
  return new Uint8Array(Buffer.concat([bytes.subarray(0, 8), ...parts]));
}

/** Words of a netpbm header, and of those that are written out. */
function mutateWords(bytes: Uint8Array, chance: Chance): Uint8Array {
  const content = Buffer.from(bytes).toString("latin1");
  const words = [...content.slice(0, 40).matchAll(/\d+/g)];
  const word = chance.pick(words);
  if (word === undefined) return mutateBytes(bytes, chance);
  const value = chance.pick([
    ...EXTREMES.map(String),
    "-1",
    "1e9",
    "",
    "0x10",
    "99999999999999999999",
    "1 #",
    "\u00b2",
    "007",
  ]);
  return new Uint8Array(
    Buffer.from(content.slice(0, word.index) + value + content.slice(word.index + word[0].length), "latin1"),
  );
}

function mutatePicture(bytes: Uint8Array, chance: Chance): Uint8Array {
  if (bytes.length < 4) return mutateBytes(Uint8Array.from([...bytes, 1, 2, 3, 4]), chance);
  const head = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  if (head.startsWith("\x89PNG") && chance.is(0.6)) return mutateChunks(bytes, chance);
  if (/^P[1-6]/.test(head) && chance.is(0.6)) return mutateWords(bytes, chance);
  // Directories of TIFF lie at the end.
  const reach =
    head.startsWith("II") || head.startsWith("MM") || chance.is(0.4) ? bytes.length : Math.min(bytes.length, 80);
  return chance.is(0.5) ? setNumber(bytes, chance.below(reach), chance) : mutateBytes(bytes, chance, reach);
}

export function pictures(): FuzzKind {
  const golden = readFileSync(new URL("../../../test/golden/picture-files.json", import.meta.url), "utf8");
  const { files } = JSON.parse(golden) as { files: { name: string; file: string }[] };
  const bases = new Map<string, ReadonlyMap<string, Uint8Array>>(
    files.map(({ name, file }) => [name, new Map([[FILE, new Uint8Array(Buffer.from(file, "base64"))]])]),
  );
  const names = [...bases.keys()];
  bases.set("the model", familyCheckpoints().get("family/vit") as ReadonlyMap<string, Uint8Array>);
  let reader: Promise<LoadedModel> | undefined;
  return {
    name: "pictures",
    bases,
    make(chance, faults) {
      const base = chance.pick(names);
      let bytes = fileOf(bases.get(base) ?? new Map(), FILE);
      for (const fault of faults) bytes = mutatePicture(bytes, fault);
      return { base, files: new Map([[FILE, bytes]]), how: chance.is(0.1) ? "explain" : "read" };
    },
    async use(folder, { how }) {
      const picture = await decodeImage(await readFile(join(folder, FILE)), { name: FILE });
      const { width, height, data } = picture;
      if (data.length !== width * height * 3 || data.length === 0) return Number.NaN;
      if (how === "read" || width * height > 1e6) return [width, height];
      reader ??= loadModel(join(folder, "..", "the model"), { threads: 1 });
      return explain(await reader, { image: picture }, { method: "raw-attention" });
    },
  };
}
