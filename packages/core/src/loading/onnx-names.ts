/** @file How ONNX files are named by what their weights are stored in: the layouts of Optimum and of transformers.js. */

import { InvalidOptionError } from "../errors.ts";

/** Element types of ONNX files and how transformers.js marks their names; best first. */
const SUFFIXES = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;

export type OnnxDtype = keyof typeof SUFFIXES;

/** All of them, best first. */
export const ONNX_DTYPES = Object.keys(SUFFIXES) as readonly OnnxDtype[];

/** "model_fp16.onnx" */
export const onnxFileName = (dtype: OnnxDtype): string => `model${SUFFIXES[dtype]}.onnx`;

/** @throws {InvalidOptionError} When it is none of them. */
export function checkDtype(dtype: string | undefined): void {
  if (dtype === undefined || Object.hasOwn(SUFFIXES, dtype)) return;
  throw new InvalidOptionError(
    `Unknown dtype "${dtype}": use one of ${ONNX_DTYPES.map((type) => `"${type}"`).join(", ")}`,
    "dtype",
    dtype,
    ONNX_DTYPES,
  );
}
