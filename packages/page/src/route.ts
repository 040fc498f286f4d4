/** @file The part of the address after #: what is explained and how, so that a link shows the same to another reader. */

/** All as in the fields of the page; what is left out has its default. */
export interface Route {
  readonly text?: string;
  readonly model?: string;
  readonly method?: string;
  readonly target?: string;
  readonly baseline?: string;
  /** Second method, or second class, to compare with. */
  readonly withMethod?: string;
  readonly withTarget?: string;
  /** How pictures are read (`ToRgbOptions`). */
  readonly background?: string;
  readonly deepGrey?: string;
  /** Prompts: messages in the place of the text, and parts, as JSON; the answer, and the one that it is held against. */
  readonly chat?: string;
  readonly parts?: string;
  readonly answer?: string;
  readonly againstText?: string;
  /** Labels with the words that stand for them, a label a line, as they are typed: "positive: good, great". */
  readonly verbaliser?: string;
  /** "true" where each token of the answer is explained by itself. */
  readonly perToken?: string;
  /** Options of methods, as texts; what is asked of a text besides its class. */
  readonly [option: OptionField | AskField]: string | undefined;
}

/** The field of an option: "option.steps". */
export type OptionField = `option.${string}`;

/** The field of what is asked of a text: "ask.question". */
export type AskField = `ask.${string}`;

export const askField = (name: string): AskField => `ask.${name}`;

export const optionField = (name: string): OptionField => `option.${name}`;

const isOwnField = (name: string): name is OptionField | AskField => /^(option|ask)\.[a-z]\w{0,60}$/i.test(name);

const textsBehind = (prefix: string, route: Route): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(route).flatMap(([name, value]) =>
      isOwnField(name) && name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
    ),
  );

/** The options of a route, by their own names. */
export const optionTexts = (route: Route): Readonly<Record<string, string>> => textsBehind("option.", route);

/** What is asked of a text, likewise. */
export const askTexts = (route: Route): Readonly<Record<string, string>> => textsBehind("ask.", route);

const NAMES = [
  "text",
  "model",
  "method",
  "target",
  "baseline",
  "withMethod",
  "withTarget",
  "background",
  "deepGrey",
  "chat",
  "parts",
  "answer",
  "againstText",
  "verbaliser",
  "perToken",
] as const;
/** Longest text that is put into an address. */
const LONGEST = 8000;

/** What is no part of a route is ignored: links live long. */
export function parseRoute(hash: string): Route {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const names = [...NAMES, ...new Set([...fields.keys()].filter(isOwnField))];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = fields.get(name);
      return value === null || value === "" ? [] : [[name, value]];
    }),
  );
}

/** "" for an empty route, or one whose text is too long for an address. */
export function formatRoute(route: Route): string {
  const { text: written = "", chat = "", parts = "", answer = "", againstText = "", verbaliser = "" } = route;
  const asked = Object.values(askTexts(route));
  if ([written, chat, parts, answer, againstText, verbaliser, ...asked].join("").length > LONGEST) return "";
  const fields = new URLSearchParams();
  for (const name of [...NAMES, ...Object.keys(route).filter(isOwnField)]) {
    const value = route[name];
    if (value !== undefined && value !== "") fields.set(name, value);
  }
  const text = fields.toString();
  return text === "" ? "" : `#${text}`;
}
