/** @file The options of a baseline as the library's: names, and in the place of "custom" the text or file given beside it. */

import type { Baseline, BaselineName, CustomBaseline, ExplainOptions } from "@calig/core/internal/attribution/options";
import { UsageError } from "@calig/core/internal/errors";
import type { Extensions } from "@calig/core/internal/extend/extension";
import { fileModalities } from "@calig/core/internal/modality/input-forms";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { baselineKey, modalitiesOf } from "./file-options.ts";
import { type OptionKey, type OptionValues, optionName } from "./options.ts";

/** In `--baseline`: the text or file that another option gives. */
export const CUSTOM = "custom";

export const BASELINE_OPTIONS = ["baseline", "baselineText", "baselinePair"] as const satisfies readonly OptionKey[];

type Options = Pick<OptionValues, (typeof BASELINE_OPTIONS)[number]>;

/**
 * The baseline of the library that the options ask for; nothing where they ask for none.
 *
 * @throws {UsageError} When "custom" comes without what it stands for, or that without "custom".
 * @throws {InputError} When the file cannot be read.
 */
export async function givenBaseline(
  options: Options,
  fileOptions: GivenOptions,
  extensions: Pick<Extensions, "baseline" | "modality">,
): Promise<Pick<ExplainOptions, "baseline">> {
  const { baseline } = options;
  const names = baseline === undefined ? [] : [baseline].flat();
  const own = await customBaseline(options, fileOptions, { extensions, isAsked: names.includes(CUSTOM) });
  const baselines = names.map(
    (name): Baseline =>
      name === CUSTOM
        ? (own as CustomBaseline)
        : (extensions.baseline.find((other) => other.name === name) ?? (name as BaselineName)),
  );
  const [first, ...others] = baselines;
  if (first === undefined) return {};
  return { baseline: others.length === 0 ? first : baselines };
}

async function customBaseline(
  { baselineText: text, baselinePair: pair }: Options,
  fileOptions: GivenOptions,
  { extensions, isAsked }: { readonly extensions: Pick<Extensions, "modality">; readonly isAsked: boolean },
): Promise<CustomBaseline | undefined> {
  const kinds = fileModalities(modalitiesOf(extensions));
  const asFiles = kinds.filter((modality) => fileOptions[baselineKey(modality)] !== undefined);
  const named = [
    ...(text === undefined ? [] : [optionName("baselineText")]),
    ...asFiles.map((modality) => optionName(baselineKey(modality))),
  ];
  if (pair !== undefined && text === undefined) {
    throw new UsageError("Cannot use --baseline-pair alone: give the first text with --baseline-text");
  }
  if (named.length > 1) throw new UsageError(`Cannot use ${named.join(" and ")} at once: give one of them`);
  if (named.length > 0 && !isAsked) {
    throw new UsageError(`Cannot use ${named[0]} without --baseline custom: add it`);
  }
  if (!isAsked) return undefined;
  if (text !== undefined) return { text, ...(pair === undefined ? {} : { pair }) };
  const [modality] = asFiles;
  if (modality === undefined) {
    const files = kinds.map((kind) => `${optionName(baselineKey(kind))} FILE`);
    throw new UsageError(
      `Cannot use --baseline custom alone: give the baseline with ${["--baseline-text TEXT", ...files].join(" or ")}`,
    );
  }
  const { readInputFile } = await import("../node/input-files.ts");
  return (await readInputFile(modality, fileOptions[baselineKey(modality)] as string, fileOptions)) as CustomBaseline;
}
