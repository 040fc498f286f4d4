/** @file Facts of the machine in Node. */

import { performance } from "node:perf_hooks";
import type { Platform } from "@calig/core/internal/attribution/explainable-model";
import { availableBytes } from "./memory-check.ts";

export const nodePlatform: Platform = {
  now: () => performance.now(),
  residentBytes: () => process.memoryUsage.rss(),
  freeBytes: availableBytes,
};
