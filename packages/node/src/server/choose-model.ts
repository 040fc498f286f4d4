/** @file The model that a request means: one of those the server was started with, never a path. */

import { InternalError, quote } from "@calig/core/internal/errors";
import type { InputForm } from "@calig/core/internal/options/form";
import { HttpError } from "./http-error.ts";
import type { HostedModel, ServerState } from "./route.ts";

/** The field of requests that texts are given in. */
export const TEXT_FIELD = "text";

/** The kind of input that is given in a field: the first of those that there are. */
export function formOf({ inputs }: Pick<ServerState, "inputs">, field: string): InputForm {
  const found = inputs.find((form) => form.field === field);
  if (found === undefined) throw new InternalError(`there is no input in the field "${field}"`);
  return found;
}

/**
 * The first model that takes its input in a field: the one that is used when none is named. Those that predict tokens read a
 * text as a prompt, and are used for texts where there is no other.
 */
export function defaultModel(models: readonly HostedModel[], field: string | undefined): HostedModel | undefined {
  const fits = models.filter(({ host }) => field !== undefined && host.input?.field === field);
  return fits.find(({ host }) => host.input?.prompt === undefined) ?? fits[0];
}

const readsPrompts = ({ host }: HostedModel): boolean => host.input?.prompt !== undefined;

/** The model that is used for prompts when none is named. */
export const defaultPromptModel = (models: readonly HostedModel[]): HostedModel | undefined =>
  models.find(readsPrompts);

/** @throws {HttpError} 404 for a name that no model has; 422 where the model predicts no tokens, or none does. */
export function choosePromptModel(models: readonly HostedModel[], name: unknown): HostedModel {
  const found = name === undefined ? defaultPromptModel(models) : models.find((served) => served.name === name);
  if (found === undefined && name !== undefined) throw unknownModel(models, name);
  if (found !== undefined && readsPrompts(found)) return found;
  const names = models.map((served) => quote(served.name)).join(", ");
  throw found === undefined
    ? new HttpError(422, "no-model", `No model of this server reads prompts; its models are ${names}`)
    : new HttpError(
        422,
        "wrong-kind",
        `Model ${quote(found.name)} predicts no tokens, and reads ${found.host.input?.noun.many ?? "what requests cannot give"}, not prompts`,
      );
}

/** @throws {HttpError} 404 for a name that no model has; 422 where the model reads something else, or none reads this. */
export function chooseModel(models: readonly HostedModel[], name: unknown, { field, noun }: InputForm): HostedModel {
  const names = models.map((served) => quote(served.name)).join(", ");
  const found = name === undefined ? defaultModel(models, field) : models.find((served) => served.name === name);
  if (found === undefined) {
    throw name === undefined
      ? new HttpError(422, "no-model", `No model of this server reads ${noun.many}; its models are ${names}`)
      : unknownModel(models, name);
  }
  const { input } = found.host;
  if (input?.field !== field) {
    const reads = input === undefined ? "what requests cannot give" : input.noun.many;
    throw new HttpError(422, "wrong-kind", `Model ${quote(found.name)} reads ${reads}, not ${noun.many}`);
  }
  return found;
}

export function unknownModel(models: readonly HostedModel[], name: unknown): HttpError {
  const names = models.map((served) => quote(served.name)).join(", ");
  return new HttpError(
    404,
    "unknown-model",
    `There is no model ${quote(name)}; the models of this server are ${names}`,
  );
}
