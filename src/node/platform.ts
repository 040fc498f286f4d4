/** @file Facts of the machine in Node. */

import { freemem } from "node:os";
import { performance } from "node:perf_hooks";
import type { Platform } from "../attribution/explainable-model.ts";

export const nodePlatform: Platform = {
  now: () => performance.now(),
  residentBytes: () => process.memoryUsage.rss(),
  freeBytes: () => freemem(),
};
