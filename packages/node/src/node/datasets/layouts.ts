/** @file The layouts of data sets: one line each; of those that match a file, the first is used. */

import type { DatasetLayout } from "@calig/core/internal/evaluation/dataset-layout";
import { eraser } from "./eraser.ts";
import { hatexplain } from "./hatexplain.ts";
import { labelText } from "./label-text.ts";
import { prompts } from "./prompts.ts";
import { records } from "./records.ts";
import { sstTrees } from "./sst-trees.ts";
import { textLines } from "./text-lines.ts";

export const LAYOUTS: readonly DatasetLayout[] = [sstTrees, eraser, hatexplain, labelText, prompts, records, textLines];
