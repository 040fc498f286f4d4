/** @file A map on the page: a list that one Tab stop and the arrow keys move through, and that can be painted anew. */

import type { Explanation } from "../../../attribution/explanation.ts";
import { isSigned, patchLabel } from "../../evidence.ts";
import { signed } from "../../format.ts";
import { verbOf } from "../../quantity.ts";
import { lineMoves, movedBy } from "../../roving.ts";
import { levelOf } from "../../scale.ts";
import { heatClass } from "../heat.ts";

/** The features that an element of a map shows. */
export const featuresOf = (node: HTMLElement): readonly number[] =>
  (node.dataset.f ?? "")
    .split(" ")
    .filter((feature) => feature !== "")
    .map(Number);

/** The elements of a map that show features. */
export const nodesOf = (map: HTMLElement): HTMLElement[] => [...map.querySelectorAll<HTMLElement>("[data-f]")];

export interface LiveMap {
  readonly nodes: readonly HTMLElement[];
  /** Shows other values; `bound` is at full colour. */
  paint(values: readonly number[], bound: number, digits: number): void;
}

/** Sum of the values of some features. */
export const sumOf = (features: readonly number[], values: readonly number[]): number =>
  features.reduce((total, feature) => total + (values[feature] ?? 0), 0);

/**
 * Makes a map with at least one element operable.
 *
 * @param details - Where what is looked at is told; it holds a hint until then.
 * @param describe - What is told of features, behind the name.
 */
export function operateMap(
  map: HTMLElement,
  details: HTMLElement,
  data: Explanation,
  describe: (features: readonly number[]) => string,
): LiveMap {
  const nodes = nodesOf(map);
  const hint = details.textContent ?? "";
  const base = nodes.map((node) => (node.classList.contains("special") ? "w special" : "w"));
  const names = nodes.map(
    (node) => node.dataset.name || node.textContent || patchName(data, featuresOf(node)[0] ?? -1),
  );
  const labels = nodes.map((node, i) => (node.dataset.name ? `${names[i]}: ${node.textContent}` : names[i]));
  let active = -1;
  map.setAttribute("role", "listbox");
  map.setAttribute("aria-label", map.dataset.label ?? "");
  for (const [i, node] of nodes.entries()) {
    node.setAttribute("role", "option");
    node.setAttribute("aria-selected", "false");
    node.removeAttribute("title");
    node.tabIndex = i === 0 ? 0 : -1;
  }
  const indexOf = (target: EventTarget | null): number => nodes.indexOf(target as HTMLElement);

  const tell = (i: number) => {
    const node = nodes[i];
    details.replaceChildren();
    if (node === undefined) {
      details.textContent = hint;
      return;
    }
    const name = document.createElement("b");
    const isolated = document.createElement("bdi");
    isolated.textContent = names[i] ?? "";
    name.append(isolated);
    details.append(name, ` ${describe(featuresOf(node))}`);
  };
  const select = (i: number, isSelected: boolean) => {
    nodes[i]?.setAttribute("aria-selected", String(isSelected));
    const node = nodes[i];
    if (node !== undefined) node.tabIndex = isSelected ? 0 : -1;
  };
  const choose = (i: number) => {
    if (active >= 0) select(active, false);
    else if (nodes[0] !== undefined) nodes[0].tabIndex = -1;
    active = i;
    select(i, true);
    tell(i);
  };
  map.addEventListener("keydown", (event) => {
    const from = indexOf(event.target);
    if (from < 0) return;
    const to = movedBy(event, lineMoves(nodes, from, getComputedStyle(map).direction === "rtl"), nodes.length);
    if (to === undefined) return;
    event.preventDefault();
    nodes[to]?.focus();
  });
  map.addEventListener("focusin", ({ target }) => {
    const i = indexOf(target);
    if (i >= 0) choose(i);
  });
  map.addEventListener("click", ({ target }) => {
    if (getSelection()?.isCollapsed !== false) nodes[indexOf(target)]?.focus({ preventScroll: true });
  });
  map.addEventListener("pointerover", ({ target }) => {
    const i = indexOf(target);
    if (i >= 0) tell(i);
  });
  map.addEventListener("pointerleave", () => tell(active));

  return {
    nodes,
    paint(values, bound, digits) {
      for (const [i, node] of nodes.entries()) {
        const value = sumOf(featuresOf(node), values);
        node.className = `${base[i]} ${heatClass(levelOf(value, bound), isSigned(data))}`.trim();
        node.setAttribute("aria-label", `${labels[i]}, ${signed(value, digits)}, ${verbOf(value, isSigned(data))}`);
      }
      tell(active);
    },
  };
}

function patchName(explanation: Explanation, index: number): string {
  const patch = explanation.layout === "grid" ? explanation.features[index] : undefined;
  return patch === undefined ? "" : patchLabel(patch.row, patch.column);
}
