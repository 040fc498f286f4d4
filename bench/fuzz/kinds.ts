/** @file The kinds of files that are damaged. Each is made when it is asked for. */

import type { FuzzKind } from "./kind.ts";
import { configs } from "./kinds/configs.ts";
import { storedExplanations } from "./kinds/explanations.ts";
import { onnx } from "./kinds/onnx.ts";
import { pictures } from "./kinds/pictures.ts";
import { safetensors } from "./kinds/safetensors.ts";
import { tables } from "./kinds/tables.ts";
import { tokenizers } from "./kinds/tokenizers.ts";

export const KINDS: Readonly<Record<string, () => FuzzKind | Promise<FuzzKind>>> = {
  onnx,
  safetensors,
  configs,
  tokenizers,
  pictures,
  tables,
  explanations: storedExplanations,
};
