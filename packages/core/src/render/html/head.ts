/** @file The head of an explanation on the page: warnings, the target, a sentence, all classes. */

import type { Explanation, Prediction } from "../../attribution/explanation.ts";
import { largest } from "../../util/largest.ts";
import { html, type Markup } from "../escape.ts";
import { isSigned, isWritten, itemNoun, rankedItems, scoreName, targetName } from "../evidence.ts";
import { count } from "../format.ts";
import {
  barShare,
  classesCaption,
  className,
  isPredictedClass,
  marksPredicted,
  roleOf,
  targetClass,
  targetValue,
  valueText,
} from "../head.ts";
import { visible } from "../plain-text.ts";
import { regionsInWords } from "../regions.ts";
import { isolated, type PageContext, score, widthOf } from "./context.ts";

const CLASSES = 6;

/** Words for the codes of warnings: "not-converged" becomes "not converged". */
function titleOf(code: string): string {
  const words = code.replace(/[-_]+/g, " ");
  return visible(words);
}

export function warningBox({ explanation, id }: PageContext): Markup | null {
  const { warnings } = explanation;
  if (warnings.length === 0) return null;
  const items = warnings.map(
    ({ code, message }) => html`<li><b>Warning: ${titleOf(code)}.</b> <bdi>${message}</bdi></li>`,
  );
  return html`<section class="warnings" aria-labelledby="${id}-warnings"><h3 class="sr" id="${id}-warnings">${
    warnings.length === 1 ? "Warning" : "Warnings"
  }</h3><ul>${items}</ul></section>`;
}

/** "a", "a and b", "a, b and c", in quotes. */
function quoted(labels: readonly string[]): Markup {
  const quotes = labels.map((label) => html`<q>${visible(label)}</q>`);
  return html`${quotes.map((quote, i) => html`${i === 0 ? "" : i === quotes.length - 1 ? " and " : ", "}${quote}`)}`;
}

/** The explanation in a sentence. */
function summary({ explanation, items }: PageContext): Markup {
  const { supporting, opposing } = rankedItems(items);
  const { many } = itemNoun(explanation);
  const target = html`<b>${isolated(targetClass(explanation))}</b>`;
  if (supporting.length + opposing.length === 0) {
    return html`No ${many} ${isSigned(explanation) ? "support or oppose" : "matter for"} ${target}.`;
  }
  if (!isWritten(explanation)) return html`${regionsInWords(explanation)}`;
  const bound = largest(items.map((item) => Math.abs(item.attribution)));
  // What is below a tenth of the strongest is not worth a place in one sentence; neither is a word twice.
  const worth = (ranked: typeof supporting) => {
    const strong = ranked.filter((item) => Math.abs(item.attribution) >= bound / 10);
    return [...new Set(strong.map((item) => item.name))].slice(0, 3);
  };
  const [pros, cons] = [worth(supporting), worth(opposing)];
  if (!isSigned(explanation)) return html`What matters most for ${target}: ${quoted(pros)}.`;
  const first =
    pros.length === 0
      ? html`No ${many} clearly support ${target}`
      : html`${target} is supported most by ${quoted(pros)}`;
  const second =
    cons.length === 0
      ? html`; no ${many} clearly oppose it.`
      : html`; ${quoted(cons)} ${cons.length === 1 ? "opposes" : "oppose"} it.`;
  return html`${first}${second}`;
}

function role({ explanation }: PageContext): Markup {
  const { against } = explanation.target;
  const measured =
    against === undefined ? null : html`, measured against <b>${isolated(className(explanation, against))}</b>`;
  const pieces = roleOf(explanation).map((piece) =>
    typeof piece === "string" ? piece : html`<b>${isolated(piece.name)}</b>`,
  );
  return html`${pieces}${measured}.`;
}

function classRow(explanation: Explanation, prediction: Prediction): Markup {
  const own = prediction.index === explanation.target.index;
  const share = barShare(explanation, prediction);
  const logit = share === null ? null : html`<span class="sr">, logit ${score(prediction.logit)}</span>`;
  const mark =
    marksPredicted(explanation) && isPredictedClass(explanation, prediction)
      ? html` <span aria-hidden="true">✓</span><span class="sr">, predicted</span>`
      : null;
  const bar =
    share === null
      ? null
      : html`<td class="track" aria-hidden="true"><span class="fill" style="${widthOf(share)}"></span></td>`;
  return html`<tr${own ? html` class="own"` : null}><th scope="row">${isolated(className(explanation, prediction))}${mark}</th><td>${valueText(explanation, prediction)}${logit}</td>${bar}</tr>`;
}

function classTable({ explanation }: PageContext): Markup {
  const { predictions, target } = explanation;
  const caption = classesCaption(explanation);
  const rows = predictions.map((prediction) => classRow(explanation, prediction));
  const own = predictions.findIndex(({ index }) => index === target.index);
  // The explained class is always among the first rows.
  const limit = rows.length <= CLASSES + 1 ? rows.length : CLASSES;
  const first = rows.slice(0, limit);
  const rest = rows.slice(limit);
  if (own >= limit) {
    first.push(rows[own]!);
    rest.splice(own - limit, 1);
  }
  const more =
    rest.length === 0
      ? null
      : html`<details><summary>${count(rest.length, "more class", "more classes")}</summary><div class="scroll" tabindex="0" role="region" aria-label="More classes"><table class="classes"><caption class="sr">${caption}: the others</caption><tbody>${rest}</tbody></table></div></details>`;
  return html`<div><table class="classes"><caption>${caption}</caption><tbody>${first}</tbody></table>${more}</div>`;
}

/** Target and probability, a sentence in words, all classes. */
export function headline(context: PageContext): Markup {
  const { explanation, id } = context;
  const { target } = explanation;
  const value = html`<p class="score">Explained score: ${scoreName(explanation)} ${score(target.score)}</p>`;
  return html`<section class="head" aria-labelledby="${id}-title"><div><h2 id="${id}-title"><span>${isolated(targetName(explanation))}</span> <span class="number">${targetValue(explanation)}</span></h2><p class="lede">${role(context)} ${summary(context)}</p>${value}</div>${classTable(context)}</section>`;
}
