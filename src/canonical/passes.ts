/** @file The canonicalisation passes in the order in which they run: one line each. */

import type { Pass } from "./pass.ts";
import { simplify } from "./simplify.ts";

export const PASSES: readonly Pass[] = [simplify];
