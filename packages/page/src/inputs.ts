/** @file Files that are dropped, and which kind of input takes them. */

import type { InputForm } from "@calig/core/internal/options/form";

/** What models are asked for that do not say. */
export const writtenForm: InputForm = {
  kind: "text",
  noun: { one: "a text", many: "texts" },
  field: "text",
  called: "text",
  features: "words",
  baselines: [],
};

/** What a file is called, where it has a name. */
export const fileName = (file: Blob | undefined): string | undefined =>
  file instanceof File && file.name !== "" ? file.name : undefined;

/** Whether a file looks like one of a kind of input: by the ending of its name, or by its type. */
export function accepts(form: InputForm | undefined, file: Blob): boolean {
  if (form?.file === undefined) return false;
  const { endings, accept } = form.file;
  const name = fileName(file)?.toLowerCase();
  if (name !== undefined && endings.some((ending) => name.endsWith(ending))) return true;
  return accept.split(",").some((one) => {
    const type = one.trim();
    return type.endsWith("/*") ? file.type.startsWith(type.slice(0, -1)) : file.type !== "" && file.type === type;
  });
}
