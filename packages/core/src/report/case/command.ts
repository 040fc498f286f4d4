/** @file The command that gives the numbers of an explanation again, for a POSIX shell. */

import type { Explanation } from "../../attribution/explanation.ts";
import { METHOD_OPTIONS } from "../../attribution/options.ts";
import { flagOf } from "../../options/text.ts";
import { isWritten } from "../../render/evidence.ts";

export interface Repeat {
  /** Null where a command line cannot say what was done; `note` says why. */
  readonly command: string | null;
  readonly note: string;
}

export interface RepeatOptions {
  /** What the command calls the model: a folder, say. Default: the id of the model. */
  readonly model?: string;
  /** The file of the picture. */
  readonly file?: string;
  /** What is run. Default: "explain". */
  readonly run?: "explain" | "decision";
  /** Flags and values in turn, before the last word: --context deployer.json. */
  readonly more?: readonly string[];
}

const NOTE =
  "Gives the attributions of this report again, with the same version of calig and the model of the checksum above; on another processor they may differ in the last digits.";

/** An argument as a shell takes it for one, whatever is in it. */
const quoted = (text: string): string =>
  /^[\w./:=,#%+-]+$/.test(text) && !text.startsWith("#") ? text : `'${text.replaceAll("'", "'\\''")}'`;

const cannot = (why: string): Repeat => ({ command: null, note: `No command is printed: ${why}.` });

/** What is said by options of their own, or by no option. */
const ELSEWHERE = new Set(["baseline", "tuned", "score", "seed", "background", "deepGrey"]);

/** @returns `calig explain ...` with every option that the explanation states. */
export function repeatCommand(
  explanation: Explanation,
  { model, file, run = "explain", more = [] }: RepeatOptions = {},
): Repeat {
  const { input, target, method } = explanation;
  const { options } = method;
  const words: string[] = ["calig", run];
  const add = (flag: string, value: string) => words.push(flag, quoted(value));
  if (explanation.layout === "names") return cannot(`inputs of the kind ${input.kind} come from a plugin`);
  if (target.index < 0 || target.unit !== undefined) return cannot("its question comes from a plugin, or is no class");
  if (isWritten(explanation)) {
    if (explanation.model.task === "text-generation") return cannot("it explains an answer to a prompt");
    const [text, pair] = textsOf(explanation);
    add("--text", text);
    if (pair !== undefined) add("--pair", pair);
  } else {
    if (file === undefined) return cannot("the file of the picture is not known");
    add("--image", file);
    const { background, deepGrey } = explanation.input;
    if (background !== undefined) add("--background", background);
    if (deepGrey !== undefined) add("--deep-grey", deepGrey);
  }
  add("--model", model ?? explanation.model.id);
  add("--target", `#${target.index}`);
  if (target.against !== undefined) add("--against", `#${target.against.index}`);
  if (target.token !== undefined) {
    const { index, features: all } = target.token;
    if (all === undefined) add("--token", `#${index}`);
    else add("--entity", `#${index}-${all.at(-1) ?? index}`);
  }
  add("--method", method.name);
  const baseline = baselineWords(options.baseline);
  if (baseline === undefined) return cannot("its baseline was made by a program or from a picture");
  words.push(...baseline.map((word, i) => (i % 2 === 0 ? word : quoted(word))));
  if (typeof options.score === "string") add("--score", options.score);
  if (typeof options.seed === "number") add("--seed", String(options.seed));
  for (const [name, value] of Object.entries(options)) {
    if (ELSEWHERE.has(name) || value === false || value === null || value === undefined) continue;
    if (!Object.hasOwn(METHOD_OPTIONS, name) && name !== "noise" && name !== "longText") {
      return cannot(`the option ${name} of its method comes from a plugin`);
    }
    if (value === true) words.push(flagOf(name));
    else if (Array.isArray(value)) add(flagOf(name), value.join(","));
    else add(flagOf(name), String(value));
  }
  words.push(...more.map(quoted), "--json");
  return { command: words.join(" "), note: NOTE };
}

/** Flag and value in turn; undefined where no command line says it. */
function baselineWords(value: unknown): readonly string[] | undefined {
  if (value === undefined) return [];
  const given = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const texts = given.filter((each): each is { readonly text: string; readonly pair?: string } => isText(each));
  const names = given.map((each) => (typeof each === "string" ? each : isText(each) ? "custom" : undefined));
  if (names.includes(undefined) || texts.length > 1) return undefined;
  const [own] = texts;
  return [
    flagOf("baseline"),
    names.join(","),
    ...(own === undefined ? [] : ["--baseline-text", own.text]),
    ...(own?.pair === undefined ? [] : ["--baseline-pair", own.pair]),
  ];
}

const isText = (value: unknown): boolean =>
  typeof value === "object" && value !== null && typeof (value as { readonly text?: unknown }).text === "string";

/** What stands between the texts of a pair where both are one. */
const SEPARATOR = "\n";

/** A text, or the two of a pair: special tokens stand between them. */
function textsOf({ input, features }: Extract<Explanation, { readonly layout: "text" }>): readonly [string, string?] {
  for (const [i, feature] of features.entries()) {
    if (!feature.special) continue;
    const before = features.slice(0, i).findLast(({ special }) => !special);
    const after = features.slice(i).find(({ special }) => !special);
    if (before === undefined || after === undefined) continue;
    const gap = input.text.slice(before.end, after.start);
    const at = gap.indexOf(SEPARATOR);
    if (at < 0) continue;
    const end = before.end + at;
    return [input.text.slice(0, end), input.text.slice(end + SEPARATOR.length)];
  }
  return [input.text];
}
