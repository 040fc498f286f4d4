/**
 * @file Options for inputs that are files, made from the kinds of inputs that there are: `--image FILE` and how pictures are
 * read, and the same for the kinds of plugins.
 */

import type { Modality } from "@calig/core/internal/attribution/explainable-model";
import { ExtensionError } from "@calig/core/internal/errors";
import type { Extensions } from "@calig/core/internal/extend/extension";
import { type FileModality, fileModalities } from "@calig/core/internal/modality/input-forms";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import type { GivenOptions, OptionDeclaration, OptionTable } from "@calig/core/internal/options/option";
import { path } from "@calig/core/internal/options/types";
import { OPTIONS } from "./options.ts";

/** What a command takes: a file as its input, how files are read, a file as the baseline. */
export type FileRole = "input" | "reading" | "baseline";

/** The kinds of inputs of this run, calig's own first. */
export const modalitiesOf = ({ modality }: Pick<Extensions, "modality">): readonly Modality[] => [
  ...MODALITIES,
  ...modality,
];

/** "baselineImage" of "image". */
export const baselineKey = ({ field }: Pick<Modality, "field">): string =>
  `baseline${field.charAt(0).toUpperCase()}${field.slice(1)}`;

const OF_ROLE: Readonly<Record<FileRole, (modality: FileModality) => OptionTable>> = {
  input: ({ field, file, noun }) => ({
    [field]: {
      group: "Input",
      type: path("FILE"),
      summary: `${file.called} to explain; needs a model that reads ${noun.many}`,
    },
  }),
  reading: ({ file }) => file.options ?? {},
  baseline: (modality) => ({
    [baselineKey(modality)]: {
      group: "Method",
      type: path("FILE"),
      summary: `${modality.file.called} that --baseline custom stands for`,
    },
  }),
};

/**
 * The options of a command that takes files in these roles.
 *
 * @throws {ExtensionError} When a kind of input of a plugin has an option that is called as another one.
 */
export function fileOptions(roles: readonly FileRole[], extensions: Pick<Extensions, "modality">): OptionTable {
  const table: Record<string, OptionDeclaration> = {};
  for (const role of roles) {
    for (const modality of fileModalities(modalitiesOf(extensions))) {
      for (const [key, declaration] of Object.entries(OF_ROLE[role](modality))) {
        if (Object.hasOwn(OPTIONS, key) || (table[key] ?? declaration) !== declaration) {
          throw new ExtensionError(
            `Cannot add the kind of input "${modality.name}": the command line has another option "${key}"; call its field, or its option, otherwise`,
            "modality",
          );
        }
        table[key] = declaration;
      }
    }
  }
  return table;
}

/** Of the options that were given those that say how files are read. */
export const readingOptions = (given: GivenOptions, extensions: Pick<Extensions, "modality">): GivenOptions => {
  const known = fileModalities(modalitiesOf(extensions)).flatMap(({ file }) => Object.keys(file.options ?? {}));
  return Object.fromEntries(Object.entries(given).filter(([key]) => known.includes(key)));
};
