/** @file Which family builds a checkpoint. */

import { UnsupportedModelError } from "../errors.ts";
import type { KnownFamily, ModelFamily } from "./family.ts";

/** Families by the values of `model_type` that they build. */
export type FamiliesByType = ReadonlyMap<string, KnownFamily>;

/** The family of a `model_type`, its code loaded. @throws {UnsupportedModelError} For a type that none builds; lists the known ones. */
export async function familyOf(modelType: string, families: FamiliesByType): Promise<ModelFamily> {
  const found = families.get(modelType);
  if (found !== undefined) return "load" in found ? found.load() : found;
  // A long list, which those who explain a model that is built need not download.
  const { otherKind } = await import("../checkpoint/other-kinds.ts");
  const kind = otherKind(modelType);
  if (kind !== undefined) {
    throw new UnsupportedModelError(`Cannot build a model of type "${modelType}": it is ${kind.what}; ${kind.remedy}`, [
      { reason: kind.what },
    ]);
  }
  const known = [...families.keys()].join(", ");
  throw new UnsupportedModelError(
    `Cannot build a model of type "${modelType}": calig builds ${known} from checkpoints here; check "model_type" in config.json, or give a family that builds it in "families"`,
    [{ reason: `unknown model_type "${modelType}"` }],
  );
}
