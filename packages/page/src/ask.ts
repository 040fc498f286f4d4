/** @file From the fields of the page to what is asked of whoever explains. */

import type { BaselineName } from "@calig/core/internal/attribution/option-words";
import { asAsked, type MethodList, type OptionForm, valuesOf } from "@calig/core/internal/options/form";
import { ClientError, type ExplainRequest, type ModelEntry, type PageDevice, type Reading } from "./client.ts";
import { writtenForm } from "./inputs.ts";
import { promptOf } from "./prompt-input.ts";
import { askTexts, optionTexts, type Route } from "./route.ts";

/** What the page holds when its reader asks. */
export interface Asked {
  readonly model: ModelEntry;
  readonly fields: Route;
  readonly file: Blob | undefined;
  readonly device: PageDevice | undefined;
  readonly acceptDifference: boolean;
}

/** The options that a method takes; those of the default one where none is named. */
export function optionsOf({ methods, options }: MethodList, name: string | undefined): readonly OptionForm[] {
  const taken = (methods.find((method) => method.name === name) ?? methods[0])?.options ?? [];
  return options.filter((form) => taken.includes(form.name));
}

/** What the fields for reading files hold. */
export const readingTexts = (fields: Route): Readonly<Record<string, string>> => {
  const { background = "", deepGrey = "" } = fields;
  return { ...optionTexts(fields), background, deepGrey };
};

/** How a file is to be read. */
export const readingOf = (model: ModelEntry | undefined, fields: Route): Reading =>
  valuesOf(model?.input?.file?.options ?? [], readingTexts(fields));

/**
 * One request, or two where the reader compares.
 *
 * @throws {ClientError} When there is nothing to explain.
 */
export function requestsOf(asked: Asked, known: MethodList): readonly ExplainRequest[] {
  const { model, fields, file, device, acceptDifference } = asked;
  const form = model.input ?? writtenForm;
  const text = fields.text ?? "";
  // Messages of a link, or of another model, are none where there is no template for them.
  const prompt = form.prompt === undefined ? undefined : promptOf(form.prompt.chat ? fields : { ...fields, chat: "" });
  const isMissing = form.prompt !== undefined ? prompt === undefined : text.trim() === "";
  if (form.file === undefined ? isMissing : file === undefined) {
    const todo = form.file === undefined ? `type a ${form.called}` : `drop a ${form.called}`;
    throw new ClientError(`There is nothing to explain yet: ${todo}`, "InputError");
  }
  const own = form.file === undefined ? undefined : file;
  const {
    target: askedTarget,
    against,
    token,
    entity,
    ...questions
  } = valuesOf(form.questions ?? [], askTexts(fields));
  const request: ExplainRequest = {
    model: model.name,
    input:
      prompt !== undefined
        ? { prompt }
        : own === undefined
          ? { text, asked: asAsked(questions) }
          : { field: form.field, file: own, reading: readingOf(model, fields), asked: asAsked(questions) },
    ...(fields.method === undefined ? {} : { method: fields.method }),
    ...(fields.target === undefined ? {} : { target: fields.target }),
    ...(askedTarget === undefined ? {} : { target: String(askedTarget) }),
    ...(against === undefined ? {} : { against: String(against) }),
    ...(token === undefined ? {} : { token: String(token) }),
    ...(entity === undefined ? {} : { entity: String(entity) }),
    ...(fields.baseline === undefined ? {} : { baseline: fields.baseline as BaselineName }),
    ...(device === undefined ? {} : { device }),
    ...(acceptDifference ? { acceptDifference: true } : {}),
  };
  const { withMethod, withTarget } = fields;
  const second =
    withMethod === undefined && withTarget === undefined
      ? []
      : [
          {
            ...request,
            ...(withMethod === undefined ? {} : { method: withMethod }),
            ...(withTarget === undefined ? {} : { target: withTarget }),
          },
        ];
  const texts = optionTexts(fields);
  // What the model says without the strongest is a small part of the work, unless the reader wants an instant.
  const tries = texts.effort === "instant" ? {} : { counterfactuals: true };
  return [request, ...second].map((each) => ({ ...tries, ...valuesOf(optionsOf(known, each.method), texts), ...each }));
}

/** The same request for the evidence of heads, which is that of the input itself: it needs no more than one point of each path. */
export function headsRequest(request: ExplainRequest, known: MethodList): ExplainRequest | undefined {
  if (!optionsOf(known, request.method).some(({ name }) => name === "heads")) return undefined;
  const { timeBudget: _noTime, counterfactuals: _untried, ...asked } = request;
  return { ...asked, heads: true, steps: 1 } as ExplainRequest;
}
