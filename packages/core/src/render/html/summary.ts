/** @file The summary in plain words on the page: the decision, what speaks for and against it, what would change it, what to keep in mind. */

import { summarise } from "../../reading/summarise.ts";
import type { Statement, StatementKind, Summary } from "../../reading/summary.ts";
import { html, type Markup } from "../escape.ts";
import { isolated, type PageContext } from "./context.ts";

/** Paragraphs of the summary that stand first, by the kinds of their statements. */
const FIRST: readonly (readonly StatementKind[])[] = [
  ["decision", "certainty", "asked"],
  ["caution"],
  ["for", "against", "elsewhere"],
];
/** What a reader should know before believing it. */
const TO_KEEP_IN_MIND: readonly StatementKind[] = ["warning", "limits", "not-told"];

/** The summary of an explanation, made once. */
export const summaryOf = ({ explanation }: PageContext): Summary => summarise(explanation);

const of = ({ statements }: Summary, kinds: readonly StatementKind[]): Statement[] =>
  statements.filter(({ kind }) => kinds.includes(kind));

const sentences = (statements: readonly Statement[]): Markup =>
  html`${statements.map(({ text }, i) => html`${i === 0 ? "" : " "}${isolated(text)}`)}`;

/** The first paragraphs: what was decided, and by what evidence. */
export function leadParagraphs(summary: Summary): Markup {
  const paragraphs = FIRST.map((kinds) => of(summary, kinds)).filter((statements) => statements.length > 0);
  const paragraph = (statements: readonly Statement[]) =>
    statements[0]?.kind === "caution"
      ? html`<p class="warning"><b>${summary.titles.caution}.</b> ${sentences(statements)}</p>`
      : html`<p>${sentences(statements)}</p>`;
  return html`<div class="lede" lang="${summary.language}">${paragraphs.map(paragraph)}</div>`;
}

/** What would change the decision, as far as it was tried; null where nothing was. */
export function changeSection({ id }: PageContext, summary: Summary): Markup | null {
  const statements = of(summary, ["change"]);
  return statements.length === 0
    ? null
    : html`<section class="change" aria-labelledby="${id}-change"><h3 id="${id}-change">${summary.titles.change}</h3><p lang="${summary.language}">${sentences(statements)}</p></section>`;
}

/** Warnings first, those that the summary has no words for in their own; then what the explanation does not say. */
export function keepInMind({ explanation, id }: PageContext, summary: Summary): Markup {
  const told = of(summary, TO_KEEP_IN_MIND);
  const codes = new Set(summary.statements.map(({ code }) => code));
  const others = explanation.warnings
    .filter(({ code }) => !codes.has(code))
    .map(({ message }): Pick<Statement, "kind" | "text"> => ({ kind: "warning", text: `${message}.` }));
  const items = [...others, ...told].map(
    ({ kind, text }) =>
      html`<li${kind === "warning" ? html` class="warning"` : null}>${kind === "warning" ? html`<b>${summary.titles.warning}.</b> ` : null}${isolated(text)}</li>`,
  );
  return html`<section class="mind" aria-labelledby="${id}-mind"><h3 id="${id}-mind">Keep in mind</h3><ul lang="${summary.language}">${items}</ul></section>`;
}
