/** @file The model families that calig builds from checkpoints: one line each. */

import { UnsupportedModelError } from "../errors.ts";
import { albert } from "./families/albert.ts";
import { beit } from "./families/beit.ts";
import { bert } from "./families/bert.ts";
import { debertaV2 } from "./families/deberta-v2.ts";
import { deit } from "./families/deit.ts";
import { dinov2 } from "./families/dinov2.ts";
import { distilbert } from "./families/distilbert.ts";
import { electra } from "./families/electra.ts";
import { modernbert } from "./families/modernbert.ts";
import { mpnet } from "./families/mpnet.ts";
import { roberta } from "./families/roberta.ts";
import { vit } from "./families/vit.ts";
import type { ModelFamily } from "./family.ts";

export const FAMILIES: readonly ModelFamily[] = [
  bert,
  roberta,
  distilbert,
  electra,
  albert,
  mpnet,
  debertaV2,
  modernbert,
  vit,
  deit,
  beit,
  dinov2,
];

/** The family of a `model_type`. @throws {UnsupportedModelError} For a type that no family builds; lists the known ones. */
export function familyOf(modelType: string, families: readonly ModelFamily[] = FAMILIES): ModelFamily {
  const found = families.find((family) => family.modelTypes.includes(modelType));
  if (found !== undefined) return found;
  const known = families.flatMap((family) => family.modelTypes).join(", ");
  throw new UnsupportedModelError(
    `Cannot build a model of type "${modelType}": calig builds ${known} from checkpoints; check "model_type" in config.json`,
    [{ reason: `unknown model_type "${modelType}"` }],
  );
}
