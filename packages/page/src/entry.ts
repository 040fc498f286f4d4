/** @file What was explained since the page was opened, and the list of it. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { MethodEntry } from "@calig/core/internal/options/form";
import { excerptOf, targetName } from "@calig/core/internal/render/evidence";
import { targetValue } from "@calig/core/internal/render/head";
import { printable } from "@calig/core/internal/render/plain-text";
import { html, nothing, type TemplateResult } from "lit";
import type { ExplainRequest } from "./client.ts";
import { titleIn } from "./names.ts";
import type { Route } from "./route.ts";

/** One or two explanations that were made together. */
export interface Entry {
  readonly id: number;
  readonly explanations: readonly Explanation[];
  /** What was asked for each of them. */
  readonly requests: readonly ExplainRequest[];
  /** What the model saw, as a data URI; undefined for texts, and where this browser cannot show it. */
  readonly picture: string | undefined;
  readonly file: Blob | undefined;
  readonly route: Route;
}

/** Entries that are remembered until the page is closed. */
export const REMEMBERED = 20;

/** @param show - Told which of them is to be shown again. */
export function historyList(
  entries: readonly Entry[],
  shown: Entry | undefined,
  methods: readonly MethodEntry[],
  show: (entry: Entry) => void,
): TemplateResult | typeof nothing {
  if (entries.length < 2) return nothing;
  return html`<section class="history" aria-labelledby="history"><h2 id="history">Explained before</h2><ol>${entries.map(
    (entry) => {
      const [first, second] = entry.explanations;
      if (first === undefined) return nothing;
      const title = `${printable(targetName(first))} ${targetValue(first)}`;
      const names = [first, second].flatMap((each) => (each === undefined ? [] : [titleIn(methods, each.method.name)]));
      return html`<li><button type="button" aria-current=${entry === shown ? "true" : "false"} @click=${() => show(entry)}><span><bdi>${title}</bdi></span><span class="excerpt"><bdi>${excerptOf(first)}</bdi> · ${[...new Set(names)].join(" and ")}</span></button></li>`;
    },
  )}</ol></section>`;
}
