/** @file The section on blocks: slider, quantity, scale, and the rows and maps that follow them. */

import type { BlockExplanation, Explanation } from "../../../attribution/explanation.ts";
import { isSigned, mapBound, type QuantityName } from "../../evidence.ts";
import { cellDigits, digitsFor, percent, signed } from "../../format.ts";
import { targetClass } from "../../head.ts";
import { valuesOf, verbFor } from "../../quantity.ts";
import { largestMagnitude, levelOf } from "../../scale.ts";
import { heatClass } from "../heat.ts";
import { featuresOf, nodesOf, operateMap, sumOf } from "./live-map.ts";

/** Magnitude at full colour of single features, by quantity. */
type Bounds = Readonly<Partial<Record<QuantityName, number>>>;

export function operateBlocks(article: HTMLElement, panel: HTMLElement, data: Explanation): void {
  const { blocks } = data;
  const slider = panel.querySelector("input[type=range]") as HTMLInputElement;
  const output = panel.querySelector("output") as HTMLOutputElement;
  const own = panel.querySelector("[data-own]") as HTMLInputElement;
  const facts = panel.querySelector("[data-facts]") as HTMLElement;
  const details = panel.querySelector("[data-details]") as HTMLElement;
  const map = panel.querySelector("[data-map]") as HTMLElement;
  const grid = article.querySelector<HTMLTableElement>("[data-grid]");
  const scaleNote = document.createElement("span");
  const bounds = JSON.parse(panel.dataset.bounds ?? "{}") as Bounds;

  let quantity = Object.keys(bounds)[0] as QuantityName;
  let position = blocks.length;
  const chosen = (): BlockExplanation | undefined => blocks[position];
  const shown = (): readonly number[] =>
    valuesOf(data, { block: chosen() === undefined ? undefined : position, quantity });
  const gridBound = () => bounds[quantity] ?? 0;

  const describe = (features: readonly number[]): string => {
    const block = chosen();
    const value = sumOf(features, shown());
    const where = block === undefined ? "over all blocks" : `in block ${block.index}`;
    return `${where} ${verbFor(value, isSigned(data))} ${targetClass(data)}: ${signed(value, digitsFor(gridBound()))}.`;
  };
  const live = nodesOf(map).length === 0 ? undefined : operateMap(map, details, data, describe);
  const inputs = (live?.nodes ?? []).filter((node) => !node.classList.contains("special")).map(featuresOf);
  const boundOf = (values: readonly number[]): number => {
    const sums = inputs.map((features) => sumOf(features, values));
    return mapBound(data, sums);
  };
  const shared = () => blocks.reduce((most, block) => Math.max(most, boundOf(block[quantity])), 0);

  const paintMap = () => {
    const values = shown();
    const bound = own.checked || chosen() === undefined ? boundOf(values) : shared();
    live?.paint(values, bound, digitsFor(bound));
    scaleNote.textContent = bound > 0 ? ` Full colour is ${bound.toFixed(digitsFor(bound))}.` : "";
  };
  const paintGrid = () => {
    if (grid === null) return;
    const title = panel.querySelector("input[type=radio]:checked + span")?.textContent ?? "";
    const caption = grid.querySelector("[data-caption]");
    if (caption !== null) caption.textContent = `${title} evidence of each token in each block`;
    const digits = cellDigits(gridBound());
    for (const [row, block] of blocks.entries()) {
      const values = block[quantity];
      const inputValues = values.filter((_, feature) => data.features[feature]?.special !== true);
      const bound = own.checked ? largestMagnitude(inputValues) : gridBound();
      const cells = grid.tBodies[0]?.rows[row]?.cells;
      for (const [feature, value] of values.entries()) {
        const cell = cells?.[feature + 1];
        if (cell === undefined) continue;
        cell.className = heatClass(levelOf(value, bound), isSigned(data)).split(" ")[0] ?? "";
        cell.textContent = signed(value, digits);
      }
    }
  };
  const show = (place: number) => {
    position = place;
    const block = chosen();
    const name = block === undefined ? "All blocks" : `Block ${block.index}`;
    slider.value = String(place);
    output.textContent = name;
    slider.setAttribute("aria-valuetext", name);
    facts.textContent = block === undefined ? "The result: the blocks added up with their weights." : factsOf(block);
    facts.append(scaleNote);
    for (const node of article.querySelectorAll<HTMLElement>("[data-b]")) {
      const isChosen = node.dataset.b === (block === undefined ? "all" : String(block.index));
      node.classList.toggle("sel", isChosen);
      node.querySelector("button")?.setAttribute("aria-pressed", String(isChosen));
    }
    paintMap();
  };

  slider.addEventListener("input", () => show(Number(slider.value)));
  own.addEventListener("change", () => {
    paintMap();
    paintGrid();
  });
  for (const radio of panel.querySelectorAll<HTMLInputElement>("input[type=radio]")) {
    radio.addEventListener("change", () => {
      quantity = radio.value as QuantityName;
      for (const about of panel.querySelectorAll<HTMLElement>("[data-about]")) {
        about.hidden = about.dataset.about !== quantity;
      }
      paintMap();
      paintGrid();
    });
  }
  // Names of blocks in the table and under the small maps become buttons that choose the block.
  for (const node of article.querySelectorAll("tr[data-b] > th, li[data-b] > span")) {
    const index = node.parentElement?.dataset.b;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...node.childNodes);
    node.append(button);
    const place = blocks.findIndex((block) => String(block.index) === index);
    button.addEventListener("click", () => show(place < 0 ? blocks.length : place));
  }
  show(blocks.length);
}

function factsOf({ weight, completeness }: BlockExplanation): string {
  const { sum, scoreAtInput, scoreAtBaseline, relativeError, points, converged } = completeness;
  const missed = converged ? "" : ", not converged";
  return `Relevance sums to ${signed(sum, 3)} of ${signed(scoreAtInput - scoreAtBaseline, 3)}: error ${percent(relativeError)}${missed}. Points: ${points}. Weight in the result: ${percent(weight)}.`;
}
