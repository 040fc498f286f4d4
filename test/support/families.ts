/** @file The families of calig, their code loaded, for tests that build graphs of them. */

import { FAMILIES } from "@calig/core/internal/transformer/families";
import type { ModelFamily } from "@calig/core/internal/transformer/family";

const families = await Promise.all(FAMILIES.map(({ load }) => load()));

export const familyOf = (modelType: string): ModelFamily =>
  families.find(({ modelTypes }) => modelTypes.includes(modelType)) as ModelFamily;
