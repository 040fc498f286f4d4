/** @file The attention heads of one block: how much evidence each carries, for and against the class, and of which words or patches. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { type Item, itemNoun, itemsOf } from "@calig/core/internal/render/evidence";
import { digitsFor, signed } from "@calig/core/internal/render/format";
import { visible } from "@calig/core/internal/render/plain-text";
import { largestMagnitude } from "@calig/core/internal/render/scale";
import { html, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";

/** Items that are named beside each head. */
const NAMED = 3;

interface Head {
  readonly index: number;
  readonly supports: number;
  readonly opposes: number;
  /** Evidence of each item, in their order. */
  readonly values: readonly number[];
}

/** Evidence of words or patches, heads with most of it first; special tokens are left out. */
export function headsOf(items: readonly Item[], heads: readonly (readonly number[])[]): Head[] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const all = heads.map((evidence, index): Head => {
    const values = items.map(({ features }) => sum(features.map((feature) => evidence[feature] ?? 0)));
    return {
      index,
      supports: sum(values.filter((value) => value > 0)),
      opposes: sum(values.filter((value) => value < 0)),
      values,
    };
  });
  return all.sort((a, b) => b.supports - b.opposes - (a.supports - a.opposes));
}

/** @param block - Position in `blocks`, whose `heads` must be there. */
export function headTable(explanation: Explanation, block: number): TemplateResult {
  const { index, heads = [] } = explanation.blocks[block] ?? { index: block };
  const items = itemsOf(explanation);
  const rows = headsOf(items, heads);
  const bound = largestMagnitude(rows.flatMap(({ values }) => values));
  const digits = digitsFor(largestMagnitude(rows.flatMap(({ supports, opposes }) => [supports, opposes])));
  const { many } = itemNoun(explanation);
  return html`<p class="about heads-of">Attention heads of block ${index}, most evidence first: attention times its gradient, by the ${many} that are looked at. Special tokens are left out.</p>
    <div class="wide-table" tabindex="0" role="region" aria-label="Attention heads of block ${index}"><table class="heads" aria-label="Evidence of each head">
    <thead><tr><th scope="col">Head</th><th scope="col">Supports</th><th scope="col">Opposes</th><th scope="col" aria-hidden="true">In the order of the ${many}</th><th scope="col">Strongest ${many}</th></tr></thead>
    <tbody>${rows.map(
      (head) =>
        html`<tr><th scope="row">${head.index}</th><td class="number">${signed(head.supports, digits)}</td><td class="number">${signed(head.opposes, digits)}</td><td class="strip" aria-hidden="true">${head.values.map((value) => cell(value, bound))}</td><td>${named(head, items)}</td></tr>`,
    )}</tbody></table></div>`;
}

function cell(value: number, bound: number): TemplateResult {
  const share = bound > 0 ? Math.round((100 * Math.abs(value)) / bound) : 0;
  const background = `color-mix(in oklab, var(--${value < 0 ? "oppose" : "support"}) ${share}%, var(--panel))`;
  return html`<i style=${styleMap({ background })}></i>`;
}

function named({ values }: Head, items: readonly Item[]): TemplateResult {
  const strongest = [...items.keys()]
    .filter((i) => values[i] !== 0)
    .sort((a, b) => Math.abs(values[b] as number) - Math.abs(values[a] as number))
    .slice(0, NAMED);
  const digits = digitsFor(largestMagnitude(values));
  return html`${strongest.map(
    (i, place) =>
      html`${place === 0 ? "" : ", "}<bdi>${visible((items[i] as Item).label)}</bdi> ${signed(values[i] as number, digits)}`,
  )}`;
}
