/** @file The model that a request means: one of those the server was started with, never a path. */

import { quote } from "../errors.ts";
import { HttpError } from "./http-error.ts";
import type { ServedModel } from "./route.ts";

export type InputKind = "text" | "image";

export const kindOf = ({ model }: ServedModel): InputKind => (model.imageProcessor === undefined ? "text" : "image");

/** The first model of a kind: the one that is used when none is named. */
export const defaultModel = (models: readonly ServedModel[], kind: InputKind): ServedModel | undefined =>
  models.find((candidate) => kindOf(candidate) === kind);

/** @throws {HttpError} 404 for a name that no model has; 422 where the model reads something else, or none reads this. */
export function chooseModel(models: readonly ServedModel[], name: unknown, kind: InputKind): ServedModel {
  const names = models.map((served) => quote(served.name)).join(", ");
  const found = name === undefined ? defaultModel(models, kind) : models.find((served) => served.name === name);
  if (found === undefined) {
    throw name === undefined
      ? new HttpError(422, "no-model", `No model of this server reads ${kind}s; its models are ${names}`)
      : new HttpError(404, "unknown-model", `There is no model ${quote(name)}; the models of this server are ${names}`);
  }
  if (kindOf(found) !== kind) {
    throw new HttpError(422, "wrong-kind", `Model ${quote(found.name)} reads ${kindOf(found)}s, not ${kind}s`);
  }
  return found;
}
