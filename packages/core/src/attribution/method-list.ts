/** @file The methods and the options that they take as plain data: what forms are made from. */

import type { MethodList } from "../options/form.ts";
import { withoutOptions } from "../options/option.ts";
import { optionForms } from "../options/text.ts";
import { type AttributionMethod, methodTitle } from "./method.ts";
import { GENERAL_OPTIONS } from "./options.ts";
import { optionsOfMethods } from "./resolve-run.ts";

/** Memory is the business of whoever runs the model. */
const GENERAL = withoutOptions(GENERAL_OPTIONS, ["memory"]);

export const listMethods = (methods: readonly AttributionMethod[]): MethodList => ({
  methods: methods.map((method) => ({
    name: method.name,
    title: methodTitle(method),
    summary: method.summary,
    options: Object.keys({ ...GENERAL, ...method.options }),
  })),
  options: optionForms({ ...GENERAL, ...optionsOfMethods(methods) }),
});
