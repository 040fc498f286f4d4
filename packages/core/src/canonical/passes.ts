/** @file The canonicalisation passes in the order in which they run: one line each. */

import { batchFirst } from "./batch-first.ts";
import { dequantise } from "./dequantise.ts";
import { dropEmptyParts } from "./drop-empty-parts.ts";
import { dropExpands } from "./drop-expands.ts";
import { emptyPasts } from "./empty-pasts.ts";
import { foldScales } from "./fold-scales.ts";
import { freeBatch } from "./free-batch.ts";
import { freeNames } from "./free-names.ts";
import { localReshapes } from "./local-reshapes.ts";
import { nameAxes } from "./name-axes.ts";
import type { Pass } from "./pass.ts";
import { raiseOpset } from "./raise-opset.ts";
import { recogniseGelu } from "./recognise-gelu.ts";
import { recogniseLayerNorm } from "./recognise-layer-norm.ts";
import { recogniseTranspose } from "./recognise-transpose.ts";
import { restateSizes } from "./restate-sizes.ts";
import { simplify } from "./simplify.ts";
import { singlePrecision } from "./single-precision.ts";
import { statePositions } from "./state-positions.ts";
import { writeOut } from "./write-out.ts";

export const PASSES: readonly Pass[] = [
  freeNames,
  emptyPasts,
  nameAxes,
  raiseOpset,
  simplify,
  dropEmptyParts,
  singlePrecision,
  dequantise,
  foldScales,
  statePositions,
  writeOut,
  recogniseLayerNorm,
  recogniseGelu,
  // Again, for the position tables of embedding layers that are written out by now.
  statePositions,
  freeBatch,
  restateSizes,
  batchFirst,
  recogniseTranspose,
  localReshapes,
  dropExpands,
];
