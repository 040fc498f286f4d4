/** @file The section on blocks: a map for each block, how evidence develops, and the table of blocks and tokens. */

import type { BlockExplanation, ImageExplanation, WrittenExplanation } from "../../attribution/explanation.ts";
import { html, type Markup } from "../escape.ts";
import {
  byStrength,
  isSigned,
  isWritten,
  itemNoun,
  mapBound,
  type Quantity,
  quantitiesOf,
  sumOver,
} from "../evidence.ts";
import { cellDigits, digitsFor, percent, signed } from "../format.ts";
import { shownShape } from "../image-figure.ts";
import { overlay } from "../overlay.ts";
import { visible } from "../plain-text.ts";
import { regionsInWords } from "../regions.ts";
import { type SignedScale, signedScale } from "../scale.ts";
import { isolated, type PageContext } from "./context.ts";
import { heatClass } from "./heat.ts";
import { blockTextMap, choices, DRAWN, hint, patchMap } from "./maps.ts";

/** Words that the development over the blocks is shown for. */
const TRENDS = 8;
/** Share of the full scale that small maps have a contour at: they have no room for more. */
const MINI_CONTOUR = 0.5;
/** Features from which a table is too wide for paper. */
const PRINTABLE = 18;

/** Bars of one item over the blocks; the heights share the scale of the whole figure. */
function bars(
  label: string,
  values: readonly number[],
  blocks: readonly BlockExplanation[],
  scale: SignedScale,
  digits: number,
): Markup {
  const rects = values.map((value, i) => {
    const height = 20 * scale.strength(value);
    const y = value < 0 ? 20 : 20 - height;
    const sign = value < 0 ? html` class="op"` : null;
    // The slot behind a bar lights up when its block is chosen.
    return html`<g><title>Block ${blocks[i]!.index}: ${signed(value, digits)}</title><rect class="slot" data-b="${blocks[i]!.index}" x="${i * 10}" y="0" width="10" height="40"/><rect x="${i * 10 + 2}" y="${y.toFixed(2)}" width="6" height="${height.toFixed(2)}"${sign}/></g>`;
  });
  const said = values.map((value, i) => `block ${blocks[i]!.index} ${signed(value, digits)}`).join(", ");
  return html`<svg viewBox="0 0 ${values.length * 10} 40" preserveAspectRatio="none" role="img" aria-label="${visible(label)}: ${said}"><line class="zero" x1="0" x2="${values.length * 10}" y1="20" y2="20"/>${rects}</svg>`;
}

function trends(context: PageContext): Markup | null {
  const { explanation, items, digits } = context;
  const { blocks } = explanation;
  const shown = byStrength(items.filter((item) => item.attribution !== 0)).slice(0, TRENDS);
  if (shown.length === 0 || blocks.length < 2) return null;
  const series = shown.map((item) => blocks.map((block) => sumOver(item, block.fused)));
  const scale = signedScale(series.flat());
  const rows = shown.map(
    (item, i) =>
      html`<span class="name">${isolated(item.label)}</span>${bars(item.label, series[i]!, blocks, scale, digits)}<span class="number">${signed(item.attribution, digits)}</span>`,
  );
  const { many } = itemNoun(explanation);
  return html`<div class="sub"><h4>How the evidence develops</h4><p class="about">Fused evidence of the strongest ${many} in each block, from the first on the left to the last on the right. Up supports, down opposes; all bars share one scale, full height is ${signed(scale.bound, digits).replace("+", "")}.</p><div class="trends"><span></span><span></span><span class="heading">all blocks</span>${rows}<span class="axis" aria-hidden="true"><span>block ${blocks[0]!.index}</span><span>block ${blocks.at(-1)!.index}</span></span></div></div>`;
}

/** Bound of a quantity over what is part of the input: special tokens may saturate, so that the rest stays visible. */
function featureBound({ explanation, items }: PageContext, { name }: Quantity): number {
  const features = items.flatMap((item) => item.features);
  const values = explanation.blocks.flatMap((block) => features.map((feature) => block[name][feature] ?? 0));
  return mapBound(explanation, values);
}

function cells(values: readonly number[], scale: SignedScale, digits: number, signs: boolean): Markup[] {
  return values.map(
    (value) =>
      html`<td class="${heatClass(scale.level(value), signs).split(" ")[0] ?? ""}">${signed(value, digits)}</td>`,
  );
}

/** Blocks as rows, tokens as columns. The script repaints it for other quantities. */
function grid(explanation: WrittenExplanation, quantity: Quantity, context: PageContext): Markup {
  const { blocks, features, attribution } = explanation;
  const scale = signedScale([], { bound: featureBound(context, quantity) });
  const digits = cellDigits(scale.bound);
  const signs = isSigned(explanation);
  const header = features.map(
    (feature) => html`<th scope="col"${feature.special ? html` class="special"` : null}>${isolated(feature.text)}</th>`,
  );
  const rows = blocks.map(
    (block) =>
      html`<tr data-b="${block.index}"${block.completeness.converged ? null : html` class="miss"`}><th scope="row">Block ${block.index}${block.completeness.converged ? null : html`<span aria-hidden="true"> !</span><span class="sr">, not converged</span>`}</th>${cells(block[quantity.name], scale, digits, signs)}</tr>`,
  );
  const caption = `${quantity.title} evidence of each token in each block`;
  return html`<div class="sub grid-part${features.length > PRINTABLE ? " long" : ""}"><h4>Blocks and tokens</h4><p class="about">Every number of the explanation. The last row is the result over all blocks. Special tokens may lie beyond the scale of the colours.${blocks.every((block) => block.completeness.converged) ? null : html` An exclamation mark names a block that did not converge.`}</p><div class="scroll" tabindex="0" role="region" aria-label="Table of blocks and tokens"><table class="data grid" data-grid data-digits="${digits}"><caption class="sr" data-caption>${caption}</caption><thead><tr><th scope="col">Block</th>${header}</tr></thead><tbody>${rows}<tr data-b="all"><th scope="row">All blocks</th>${cells(attribution, scale, digits, signs)}</tr></tbody></table></div></div>`;
}

/** One small map per block, over the picture where there is one. */
function minis(explanation: ImageExplanation, quantity: Quantity, context: PageContext): Markup {
  const { id, picture, palette } = context;
  const { blocks, features, input } = explanation;
  const [rows, columns] = input.grid;
  const shape = shownShape(input);
  const [wide, high] = [shape.width / input.width, shape.height / input.height];
  const [left, top, across, down] = input.seen.map((length, i) => length * (i % 2 === 0 ? wide : high)) as [
    ...typeof input.seen,
  ];
  const place = { left: 0, top: 0, width: columns, height: rows };
  const over = picture !== undefined;
  const box = over ? `0 0 ${shape.width} ${shape.height}` : `0 0 ${columns} ${rows}`;
  const onPicture = over
    ? html` transform="translate(${left} ${top}) scale(${across / columns} ${down / rows})"`
    : null;
  const scale = signedScale([], { bound: featureBound(context, quantity) });
  const signs = isSigned(explanation);
  const figures = blocks.map((block) => {
    const rects = features.map(({ row, column, special }, feature) => {
      const [shade = "", mark] = special
        ? []
        : heatClass(scale.level(block[quantity.name][feature] ?? 0), signs).split(" ");
      if (shade === "") return null;
      const hatch = mark === "op" && (over || !context.showsSign) ? html`<path d="M${column} ${row + 1}l1 -1"/>` : null;
      return html`<rect class="${shade}" x="${column}" y="${row}" width="1.02" height="1.02"/>${hatch}`;
    });
    const drawn = DRAWN.map((name) => {
      const settings = { palette, scale, place, over, isSigned: signs, samples: 4, stroke: 1, shares: [MINI_CONTOUR] };
      return html`<g class="as-${name}">${overlay(name, explanation, block[quantity.name], settings)}</g>`;
    });
    const missed = block.completeness.converged ? "" : ", not converged";
    return html`<li data-b="${block.index}"${missed === "" ? null : html` class="miss"`}><svg${over ? html` class="over"` : null} viewBox="${box}" role="img" aria-label="Fused evidence in block ${block.index}. ${regionsInWords(explanation, block[quantity.name])}">${over ? html`<use href="#${id}-photo"/>` : null}<g${onPicture}><g class="as-patches">${rects}</g>${drawn}</g></svg><span>Block ${block.index}${missed}</span></li>`;
  });
  const bound = `${scale.saturates ? "≥ " : ""}${signed(scale.bound, digitsFor(scale.bound)).replace("+", "")}`;
  return html`<div class="sub"><h4>All blocks</h4><p class="about">Fused evidence of each patch, all maps on one scale: full colour is ${bound}.<span class="as-contours"> Lines at ${percent(MINI_CONTOUR, 0)} of it.</span></p><ul class="minis">${figures}</ul></div>`;
}

/** The controls and the map of one block: operated by the script, hidden without it. */
function explorer(quantities: readonly Quantity[], context: PageContext): Markup {
  const { explanation, id } = context;
  const { blocks } = explanation;
  const bounds = Object.fromEntries(quantities.map((quantity) => [quantity.name, featureBound(context, quantity)]));
  const map = isWritten(explanation)
    ? blockTextMap(explanation, context)
    : patchMap(explanation as ImageExplanation, "block", context);
  const picker = choices(
    `${id}-quantity`,
    "Quantity",
    quantities.map(({ name, title }) => [name, title]),
  );
  const about = quantities.map(
    ({ name, description }, i) =>
      html`<p class="about" data-about="${name}"${i === 0 ? null : html` hidden`}>${description}</p>`,
  );
  return html`<div class="blocks js" data-blocks data-bounds="${JSON.stringify(bounds)}" hidden><div class="tools">${picker}<label class="check"><input type="checkbox" data-own autocomplete="off"> Scale each block by itself</label></div>${about}<div class="tools slide"><label for="${id}-block">Block</label><input type="range" id="${id}-block" min="0" max="${blocks.length}" value="${blocks.length}" step="1" autocomplete="off"><output for="${id}-block">All blocks</output></div>${map}<p class="block-facts" data-facts></p><p class="details" data-details>${hint(explanation)}</p></div>`;
}

export function blocksSection(context: PageContext): Markup | null {
  const { explanation, id } = context;
  const quantities = quantitiesOf(explanation);
  const fused = quantities.find(({ name }) => name === "fused") ?? quantities[0];
  if (fused === undefined) return null;
  const table = isWritten(explanation)
    ? grid(explanation, fused, context)
    : minis(explanation as ImageExplanation, fused, context);
  return html`<section aria-labelledby="${id}-blocks"><h3 id="${id}-blocks">Evidence by block</h3><p class="about">A Transformer is a stack of blocks. This shows in which of them the evidence arises: move through the blocks to see the input as each of them weighs it.</p>${explorer(quantities, context)}${fused.name === "fused" ? trends(context) : null}${table}</section>`;
}
