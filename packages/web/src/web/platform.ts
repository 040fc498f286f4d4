/** @file Facts of the machine in browsers. */

import type { Platform } from "@calig/core/internal/attribution/explainable-model";

/** What is taken to be there where a browser does not say, gigabytes. */
const USUAL_MEMORY = 4;

export const webPlatform: Platform = {
  now: () => performance.now(),
  residentBytes: () => 0,
  // Browsers tell the memory of the device, at most 8 GB, and leave a page about half of it.
  freeBytes: () => (memoryOfDevice() / 2) * 2 ** 30,
};

/** Gigabytes. */
const memoryOfDevice = (): number =>
  (globalThis.navigator as { readonly deviceMemory?: number } | undefined)?.deviceMemory ?? USUAL_MEMORY;
