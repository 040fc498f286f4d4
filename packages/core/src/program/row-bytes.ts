/** @file What one row of a batch takes while it passes a block. Estimates: engines reuse buffers as they see fit. */

import type { Stream } from "../transformer/anatomy.ts";

const FLOAT32_BYTES = 4;

type Sizes = Pick<Stream, "width" | "heads">;

/**
 * Bytes that a row keeps in one block for the way down: about 26 vectors of the width per position (inputs of the
 * products, the inner layer counted as 4 widths, normalised states) and 4 attention maps per head.
 */
export const backwardRowBytes = ({ width, heads }: Sizes, positions: number): number =>
  FLOAT32_BYTES * positions * (26 * width + 4 * heads * positions);

/** Bytes of a row that only passes forward: about 12 vectors of the width per position and 3 attention maps per head. */
export const forwardRowBytes = ({ width, heads }: Sizes, positions: number): number =>
  FLOAT32_BYTES * positions * (12 * width + 3 * heads * positions);
