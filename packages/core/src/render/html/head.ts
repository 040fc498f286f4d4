/** @file The head of an explanation on the page: what is explained, the summary, all classes; warnings in their own words. */

import type { Explanation, Prediction } from "../../attribution/explanation.ts";
import type { Summary } from "../../reading/summary.ts";
import { html, type Markup } from "../escape.ts";
import { scoreName, targetName } from "../evidence.ts";
import {
  barShare,
  classesCaption,
  className,
  hasChoice,
  isPredictedClass,
  marksPredicted,
  moreText,
  roleOf,
  targetValue,
  valueText,
} from "../head.ts";
import { visible } from "../plain-text.ts";
import { isolated, type PageContext, score, widthOf } from "./context.ts";
import { leadParagraphs } from "./summary.ts";

/** Rows that are shown at once: the summary is read first, and the input stays on the first screen. */
const CLASSES = 4;

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
      : html`<details><summary>${moreText(explanation, rest.length)}</summary><div class="scroll" tabindex="0" role="region" aria-label="More classes"><table class="classes"><caption class="sr">${caption}: the others</caption><tbody>${rest}</tbody></table></div></details>`;
  return html`<div><table class="classes"><caption>${caption}</caption><tbody>${first}</tbody></table>${more}</div>`;
}

/** What is explained as a heading, the summary, all classes. */
export function headline(context: PageContext, summary: Summary): Markup {
  const { explanation, id } = context;
  return html`<section class="head" aria-labelledby="${id}-title"><div><h2 id="${id}-title"><span>${isolated(targetName(explanation))}</span> <span class="number">${targetValue(explanation)}</span></h2>${leadParagraphs(summary)}</div>${hasChoice(explanation) ? classTable(context) : null}</section>`;
}

/** What the explained class is to the model, and in which score it was explained: for the technical part. */
export function roleSection(context: PageContext): Markup {
  const { explanation } = context;
  return html`<p class="about">${role(context)} Explained score: ${scoreName(explanation)} ${score(explanation.target.score)}.</p>`;
}
