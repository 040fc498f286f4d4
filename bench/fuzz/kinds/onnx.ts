/** @file ONNX files: exports and quantised files of several exporters, damaged as protobuf and as bytes. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FuzzKind, fileOf } from "../kind.ts";
import { mutateBytes } from "../mutate-bytes.ts";
import { mutateProtobuf, ONNX_MODEL } from "../mutate-protobuf.ts";
import { anyMethod, useModel } from "../use-model.ts";
import { pictureFiles, TEXT_FILES } from "./models.ts";

const FILE = "model.onnx";
const SEEDS = new URL("../seeds/", import.meta.url);

export function onnx(): FuzzKind {
  const bases = new Map(
    readdirSync(SEEDS).map((file) => {
      const others = file.startsWith("vit") ? pictureFiles({ height: 16, width: 16 }) : TEXT_FILES;
      return [file, new Map([[FILE, new Uint8Array(readFileSync(new URL(file, SEEDS)))], ...others])];
    }),
  );
  const names = [...bases.keys()];
  return {
    name: "onnx",
    bases,
    make(chance, faults) {
      // Files that have to be widened first take several times as long to read.
      const base = chance.pick([
        ...names,
        ...names,
        ...names.filter((name) => !/fp16|qdq/.test(name)),
        ...names.filter((name) => /fused\.|dynamo/.test(name)),
      ]);
      let bytes = fileOf(bases.get(base) ?? new Map(), FILE);
      for (const fault of faults) {
        const structured = fault.is(0.8) ? mutateProtobuf(bytes, ONNX_MODEL, fault) : undefined;
        bytes = structured ?? mutateBytes(bytes, fault);
      }
      return { base, files: new Map([[FILE, bytes]]), how: anyMethod(chance) };
    },
    use: (folder, { how = "" }) => useModel(join(folder, FILE), how),
  };
}
