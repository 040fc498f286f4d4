/** @file Facts of the machine in Node. */

import { freemem } from "node:os";
import { performance } from "node:perf_hooks";
import type { Platform } from "@calig/core/internal/attribution/explainable-model";

export const nodePlatform: Platform = {
  now: () => performance.now(),
  residentBytes: () => process.memoryUsage.rss(),
  freeBytes: availableBytes,
};

/** Memory that this process may still use, bytes: what the system has, within the limit of its container. */
export function availableBytes(): number {
  const limit = process.constrainedMemory();
  const withinLimit = limit === undefined || limit === 0 ? Number.POSITIVE_INFINITY : limit - process.memoryUsage.rss();
  return Math.max(0, Math.min(freemem(), withinLimit));
}
