/** @file Weights in safetensors: headers damaged as JSON, and the file as bytes; also of few bits, and of adapters. */

import { type FuzzKind, fileOf } from "../kind.ts";
import { mutateBytes } from "../mutate-bytes.ts";
import { mutateJson, toNode, write } from "../mutate-json.ts";
import type { Chance } from "../random.ts";
import { anyMethod, useModel } from "../use-model.ts";
import { adapterCheckpoints, familyCheckpoints, quantisedCheckpoints } from "./models.ts";

const LENGTH_FIELD = 8;
const TYPES = [
  "F64",
  "F32",
  "F16",
  "BF16",
  "I64",
  "I32",
  "I16",
  "I8",
  "U8",
  "U16",
  "U32",
  "U64",
  "BOOL",
  "F8_E4M3",
  "F8_E5M2",
  "F4",
  "X",
  "",
];

/** One fault in the header; the length before it is that of the new header, mostly. */
function mutateHeader(bytes: Uint8Array, chance: Chance): Uint8Array | undefined {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  let header: Record<string, Record<string, unknown>>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_FIELD, LENGTH_FIELD + length)));
  } catch {
    return undefined;
  }
  const names = Object.keys(header).filter((name) => name !== "__metadata__");
  const tensor = chance.pick(names);
  const root = toNode(header);
  mutateJson(root, chance, {
    [`${tensor}.dtype`]: TYPES,
    [`${tensor}.shape`]: [[], [0], [1], [2 ** 53], [-1], [1.5], [16, 16], Array(70).fill(1)],
    [`${tensor}.data_offsets`]: [
      [0, 0],
      [0, 4],
      [-4, 0],
      [4, 0],
      [0, 2 ** 53],
      [0.5, 4.5],
      header[chance.pick(names)]?.data_offsets,
    ],
    __metadata__: [null, {}, { format: "pt" }, { format: "tf" }, { x: "y".repeat(10_000) }, { x: 1 }],
  });
  const written = new TextEncoder().encode(write(root));
  const rest = bytes.subarray(LENGTH_FIELD + length);
  const result = new Uint8Array(LENGTH_FIELD + written.length + rest.length);
  new DataView(result.buffer).setBigUint64(
    0,
    BigInt(chance.is(0.95) ? written.length : chance.below(2 * written.length)),
    true,
  );
  result.set(written, LENGTH_FIELD);
  result.set(rest, LENGTH_FIELD + written.length);
  return result;
}

/** Numbers that weights should not be: NaN, infinities, the largest there are. */
function mutateNumbers(bytes: Uint8Array, chance: Chance): Uint8Array {
  const result = bytes.slice();
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const start = Math.min(bytes.length, LENGTH_FIELD + length);
  const at = start + chance.below(Math.max(1, (bytes.length - start) >> 2)) * 4;
  const patterns = [
    [0, 0, 0xc0, 0x7f],
    [0, 0, 0x80, 0x7f],
    [0, 0, 0x80, 0xff],
    [0xff, 0xff, 0x7f, 0x7f],
    [1, 0, 0, 0],
    [0, 0, 0x80, 0x5f],
    [0, 0, 0, 0],
  ];
  const pattern = chance.pick(patterns);
  for (let i = 0; i < 4 * chance.pick([1, 1, 16, 1024]); i++)
    if (at + i < result.length) result[at + i] = pattern[i % 4] as number;
  return result;
}

export function safetensors(): FuzzKind {
  const bases = new Map([...familyCheckpoints(), ...quantisedCheckpoints(), ...adapterCheckpoints()]);
  return {
    name: "safetensors",
    bases,
    make(chance, faults) {
      const base = chance.pick([...bases.keys()]);
      const files = bases.get(base) ?? new Map<string, Uint8Array>();
      const file =
        files.has("adapter_model.safetensors") && chance.is(0.8) ? "adapter_model.safetensors" : "model.safetensors";
      let bytes = fileOf(files, file);
      for (const fault of faults) {
        const header = fault.is(0.5) ? mutateHeader(bytes, fault) : undefined;
        bytes =
          header ??
          (fault.is(0.5)
            ? mutateNumbers(bytes, fault)
            : mutateBytes(bytes, fault, fault.is(0.6) ? 2000 : bytes.length));
      }
      return { base, files: new Map([[file, bytes]]), how: anyMethod(chance) };
    },
    use: (folder, { how = "" }) => useModel(folder, how),
  };
}
