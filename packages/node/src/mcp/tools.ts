/** @file The tools for assistants: one line each, in the order in which they are listed. */

import type { Tool } from "./tool.ts";
import { compareTool } from "./tools/compare.ts";
import { evaluateTool } from "./tools/evaluate.ts";
import { explainTool } from "./tools/explain.ts";
import { inspectTool } from "./tools/inspect.ts";
import { methodsTool } from "./tools/methods.ts";
import { verifyTool } from "./tools/verify.ts";

export const TOOLS: readonly Tool[] = [explainTool, compareTool, evaluateTool, inspectTool, methodsTool, verifyTool];
