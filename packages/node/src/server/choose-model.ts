/** @file The model that a request means: one of those the server was started with, never a path. */

import { quote } from "@calig/core/internal/errors";
import { HttpError } from "./http-error.ts";
import type { InputKind } from "./model-host.ts";
import type { HostedModel } from "./route.ts";

/** The first model of a kind: the one that is used when none is named. */
export const defaultModel = (models: readonly HostedModel[], kind: InputKind): HostedModel | undefined =>
  models.find(({ host }) => host.kind === kind);

/** @throws {HttpError} 404 for a name that no model has; 422 where the model reads something else, or none reads this. */
export function chooseModel(models: readonly HostedModel[], name: unknown, kind: InputKind): HostedModel {
  const names = models.map((served) => quote(served.name)).join(", ");
  const found = name === undefined ? defaultModel(models, kind) : models.find((served) => served.name === name);
  if (found === undefined) {
    throw name === undefined
      ? new HttpError(422, "no-model", `No model of this server reads ${kind}s; its models are ${names}`)
      : new HttpError(404, "unknown-model", `There is no model ${quote(name)}; the models of this server are ${names}`);
  }
  if (found.host.kind !== kind) {
    throw new HttpError(422, "wrong-kind", `Model ${quote(found.name)} reads ${found.host.kind}s, not ${kind}s`);
  }
  return found;
}
