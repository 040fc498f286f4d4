/** @file ONNX files: exports and quantised files of several exporters, damaged as protobuf and as bytes. */

import { join } from "node:path";
import { type FuzzKind, fileOf } from "../kind.ts";
import { mutateBytes } from "../mutate-bytes.ts";
import { mutateProtobuf, ONNX_MODEL } from "../mutate-protobuf.ts";
import { anyMethod, useModel } from "../use-model.ts";
import { fixture, pictureFiles, TEXT_FILES } from "./models.ts";

const FILE = "model.onnx";
const TEXTS = [
  "bert-fused",
  "bert-dynamo-18",
  "bert-legacy-14",
  "bert-fp16",
  "bert-fused-int8",
  "bert-qdq",
  "bert-q4",
  "distilbert-legacy-14",
];
const PICTURES = ["vit-fused", "vit-legacy-14", "vit-dynamo-18"];

export function onnx(): FuzzKind {
  const bases = new Map(
    [...TEXTS, ...PICTURES].map((name) => {
      const others = PICTURES.includes(name) ? pictureFiles({ height: 16, width: 16 }) : TEXT_FILES;
      return [name, new Map([[FILE, fixture(`onnx/${name}.onnx`)], ...others])];
    }),
  );
  return {
    name: "onnx",
    bases,
    make(chance, faults) {
      const base = chance.pick([...bases.keys()]);
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
