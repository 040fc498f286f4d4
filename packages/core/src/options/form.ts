/** @file Options as plain data, for forms that are made where the declarations are not: in a page, of another process. */

import { type Control, readText } from "./control.ts";

/** An option as a form shows it. */
export interface OptionForm {
  readonly name: string;
  /** What a form calls it. Default: its name in words. */
  readonly title?: string;
  readonly group: string;
  readonly summary: string;
  readonly control: Control;
  /** What happens without it, in words. */
  readonly otherwise?: string;
  /** Values of another option with which alone this one has an effect. */
  readonly needs?: { readonly option: string; readonly values: readonly unknown[] };
}

/** A method as a form shows it. */
export interface MethodEntry {
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  readonly summary: string;
  /** Names of the options that it takes. */
  readonly options: readonly string[];
}

/** The methods that can be chosen, and their options. */
export interface MethodList {
  /** The default first. */
  readonly methods: readonly MethodEntry[];
  /** Every option that any of them takes. */
  readonly options: readonly OptionForm[];
}

/** A kind of input as a form asks for it. */
export interface InputForm {
  /** As explanations call it: "image". */
  readonly kind: string;
  /** One and many of them, for messages: "a text", "texts". */
  readonly noun: { readonly one: string; readonly many: string };
  /** Field of requests that it is given in. */
  readonly field: string;
  /** What a person gives: "picture". */
  readonly called: string;
  /** What evidence is told of: "patches". */
  readonly features: string;
  /** Names of baselines, for the choice between them. */
  readonly baselines: readonly string[];
  /** Where it is given as a file; typed otherwise. */
  readonly file?: {
    readonly formats: string;
    readonly endings: readonly string[];
    /** As the attribute of file fields has it. */
    readonly accept: string;
    /** How files are read. */
    readonly options: readonly OptionForm[];
    /** Whether there is a picture of it to be seen. */
    readonly isPicture: boolean;
  };
  /** What is asked of the input besides its class, where the model can be asked more; absent where it cannot. */
  readonly questions?: readonly OptionForm[];
  /** Where the model predicts tokens: it is given a prompt, or messages where its tokenizer has a template for chats. */
  readonly prompt?: { readonly chat: boolean };
}

/** What a form holds: texts by the name of the option. */
export type FormTexts = Readonly<Record<string, string | undefined>>;

/** Whether an option has an effect beside what the form holds. */
export function isOpen({ needs }: OptionForm, forms: readonly OptionForm[], texts: FormTexts): boolean {
  if (needs === undefined) return true;
  const other = forms.find(({ name }) => name === needs.option);
  return needs.values.includes(texts[needs.option] ?? other?.otherwise);
}

/** Values of what a form holds, for options that have an effect. Texts that are no values stay, for the check to refuse. */
export const valuesOf = (forms: readonly OptionForm[], texts: FormTexts): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    forms.flatMap((form) => {
      const text = texts[form.name];
      if (text === undefined || text === "" || !isOpen(form, forms, texts)) return [];
      return [[form.name, readText(form.control, text) ?? text]];
    }),
  );

/** Values of the fields of questions as inputs have them: labels are a list. */
export function asAsked(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { labels, ...others } = values;
  if (typeof labels !== "string") return values;
  const listed = labels.split(",").flatMap((label) => (label.trim() === "" ? [] : [label.trim()]));
  return listed.length === 0 ? others : { ...others, labels: listed };
}
