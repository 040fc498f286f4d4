/** @file Where the installed onnxruntime-web keeps its WebAssembly. */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

/** Folder of the files that a web runtime loads. */
export const ortWasmFolder = (): string => dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));

/** The same as an address that ends in a slash. */
export const ortWasmUrl = (): string => `${pathToFileURL(ortWasmFolder())}/`;
