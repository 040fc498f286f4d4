/** @file What whoever uses a model states of a decision, as no model knows it: the fields, an empty form, and its checks. */

import { InputError, quote, wordList } from "../../errors.ts";
import { nearestName } from "../../options/check.ts";

/** Every field by section; all are texts, and empty where nothing is stated. */
export const CONTEXT_FIELDS = {
  system: ["name", "version", "provider", "purpose", "sha256"],
  deployer: ["name", "contact"],
  decision: ["reference", "date", "about", "outcome", "role", "otherGrounds", "consequences"],
  data: ["used", "sources"],
  oversight: ["humans"],
  contest: ["contact", "how", "deadline", "authority"],
} as const;

/** The parts of what a deployer states on an evidence sheet. */
export type ContextSection = keyof typeof CONTEXT_FIELDS;

/** What is stated; "" for what is not. */
export type DecisionContext = {
  readonly [S in ContextSection]: { readonly [F in (typeof CONTEXT_FIELDS)[S][number]]: string };
};

/** As callers give it: what is left out is not stated. */
export type GivenDecisionContext = { readonly [S in ContextSection]?: Partial<DecisionContext[S]> };

const SECTIONS = Object.keys(CONTEXT_FIELDS) as ContextSection[];

/** Most characters of a field. */
const LONGEST = 4000;

/** A form with every field empty. */
export const emptyContext = (): DecisionContext => contextOf({});

/**
 * The context that a value of unknown origin is, completed.
 *
 * @param called - What it is called in errors: the name of a file.
 * @throws {InputError} For sections and fields that there are none of, with the one that was meant, and values that are no
 * texts.
 */
export function parseContext(value: unknown, called = "the context"): DecisionContext {
  const cannot = (why: string): never => {
    throw new InputError(
      `Cannot read the context of a decision from ${called}: ${why}; calig decision --context-template FILE writes a form to fill in`,
    );
  };
  const recordOf = (of: unknown, what: string): Readonly<Record<string, unknown>> => {
    if (typeof of === "object" && of !== null && !Array.isArray(of)) return of as Readonly<Record<string, unknown>>;
    return cannot(`${what} is ${Array.isArray(of) ? "a list" : quote(of)}, wanted an object`);
  };
  const known = (name: string, names: readonly string[], what: string) => {
    if (names.includes(name)) return;
    const near = nearestName(name, names);
    cannot(
      `there is no ${what} ${quote(name.slice(0, 100))}${near === undefined ? `, wanted one of ${wordList(names)}` : `, did you mean "${near}"?`}`,
    );
  };
  const given = recordOf(value, "it");
  for (const [section, fields] of Object.entries(given)) {
    known(section, SECTIONS, "section");
    const names: readonly string[] = CONTEXT_FIELDS[section as ContextSection];
    for (const [field, text] of Object.entries(recordOf(fields, `section "${section}"`))) {
      known(field, names, `field of "${section}"`);
      if (typeof text !== "string")
        cannot(`field "${section}.${field}" is ${quote(text).slice(0, 100)}, wanted a text`);
      if ((text as string).length > LONGEST) {
        cannot(`field "${section}.${field}" has ${(text as string).length} characters, wanted at most ${LONGEST}`);
      }
    }
  }
  return contextOf(given as GivenDecisionContext);
}

const contextOf = (given: GivenDecisionContext): DecisionContext =>
  Object.fromEntries(
    SECTIONS.map((section) => [
      section,
      Object.fromEntries(
        CONTEXT_FIELDS[section].map((field) => [
          field,
          ((given[section] as Readonly<Record<string, string>> | undefined)?.[field] ?? "").trim(),
        ]),
      ),
    ]),
  ) as DecisionContext;

/** @throws {InputError} When the context is of a model with other weights. */
export function checkSystem(
  { system }: DecisionContext,
  { id, sha256 }: { readonly id: string; readonly sha256: string },
): void {
  if (system.sha256 === "" || system.sha256.toLowerCase() === sha256) return;
  throw new InputError(
    `Cannot make a decision sheet of model "${id}": the context states ${quote(system.sha256)} as its checksum (system.sha256), and its weights have ${sha256}; use the model that decided, or correct the context`,
  );
}
