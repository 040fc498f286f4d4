/** @file One explanation on the page: its maps, its blocks, its download. */

import type { AnswerToken, Explanation } from "../../../attribution/explanation.ts";
import { isSigned, isWritten } from "../../evidence.ts";
import { percent, signed } from "../../format.ts";
import { targetClass } from "../../head.ts";
import { magnitudeOf, shareOf, verbFor } from "../../quantity.ts";
import { operateBlocks } from "./block-panel.ts";
import { nodesOf, operateMap, sumOf } from "./live-map.ts";

/** Decimals where the page does not say them. */
const USUAL_DIGITS = 3;
/** How long an address of a file that is downloaded is kept, milliseconds. */
const KEPT_MS = 1000;

export function operateArticle(article: HTMLElement): void {
  const embedded = article.querySelector("script[data-explanation]")?.textContent;
  if (typeof embedded !== "string") return;
  const data = JSON.parse(embedded) as Explanation;
  for (const node of article.querySelectorAll<HTMLElement>(".js")) node.hidden = false;

  /** The token of the answer whose evidence is shown; undefined for the whole. */
  let answer: AnswerToken | undefined;
  const digits = Number(article.querySelector<HTMLElement>("[data-map]")?.dataset.digits ?? USUAL_DIGITS);
  for (const map of article.querySelectorAll<HTMLElement>(
    '[data-map="words"], [data-map="tokens"], [data-map="parts"]',
  )) {
    const isByParts = map.dataset.map === "parts";
    const around = map.closest(".view-text,.view-image");
    const details = around?.querySelector<HTMLElement>("[data-details]");
    if (details === null || details === undefined || nodesOf(map).length === 0) continue;
    const { paint } = operateMap(map, details, data, (features) =>
      answer === undefined ? resultText(data, features, digits, isByParts) : tokenText(answer, features, digits),
    );
    const section = map.closest<HTMLElement>("[data-own]");
    const relative = section?.querySelector<HTMLInputElement>("[data-relative]");
    // Sums of parts are no less than those of words: their own scale stays theirs.
    const own = isByParts ? map.dataset.bound : section?.dataset.own;
    const show = () => {
      const values = answer?.attribution ?? data.attribution;
      const bound = relative?.checked !== true ? Number(map.dataset.bound) : Number(own);
      paint(values, bound, Number(map.dataset.digits));
    };
    relative?.addEventListener("change", show);
    section?.querySelector("[data-answer]")?.addEventListener("change", ({ target }) => {
      answer = data.layout === "text" ? data.answerTokens?.[Number((target as HTMLInputElement).value)] : undefined;
      show();
    });
    show();
  }
  article.querySelector<HTMLInputElement>("[data-opacity]")?.addEventListener("input", ({ target }) => {
    article.style.setProperty("--overlay", String(Number((target as HTMLInputElement).value) / 100));
  });
  const panel = article.querySelector<HTMLElement>("[data-blocks]");
  if (panel !== null) operateBlocks(article, panel, data);
  article
    .querySelector("[data-download]")
    ?.addEventListener("click", () => download(data, `explanation${article.dataset.number ?? ""}.json`));
}

/** What some features say of a token of the answer. */
function tokenText({ text, attribution }: AnswerToken, features: readonly number[], digits: number): string {
  const value = sumOf(features, attribution);
  return `${verbFor(value, true)} the token \u201c${text}\u201d: ${signed(value, digits)}.`;
}

/** What the result says of some features. */
function resultText(data: Explanation, features: readonly number[], digits: number, isByParts: boolean): string {
  const { attribution, blocks } = data;
  const value = sumOf(features, attribution);
  const share = percent(shareOf(value, magnitudeOf(data)));
  const parts = [
    `${verbFor(value, isSigned(data))} ${targetClass(data)}: ${signed(value, digits)}, ${share} of the magnitude.`,
  ];
  if (features.length > 1 && isWritten(data) && !isByParts) {
    const tokens = features.map(
      (feature) => `${data.features[feature]?.text ?? ""} ${signed(attribution[feature] ?? Number.NaN, digits)}`,
    );
    parts.push(`Tokens: ${tokens.join(", ")}.`);
  }
  if (blocks.length > 1) {
    const evidence = blocks.map(({ index, fused }) => ({ index, value: sumOf(features, fused) }));
    const peak = evidence.reduce((best, each) => (Math.abs(each.value) > Math.abs(best.value) ? each : best));
    parts.push(`Strongest in block ${peak.index} (${signed(peak.value, digits)}).`);
  }
  return parts.join(" ");
}

function download(data: Explanation, name: string): void {
  const file = new Blob([`${JSON.stringify(data, null, 2)}\n`], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
