/** @file The list: only rows that can be seen are elements; keys move through all of them. */

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";

/** Rows beyond the edges that are ready. */
const OVERSCAN = 2;
/** Rows that PageUp and PageDown move by. */
const PAGE = 5;

export interface RowList {
  /** Shows other rows, from the first. */
  show(places: readonly number[]): void;
  /** Makes the row of a place the chosen one and brings it into view; nothing where it is not listed. */
  choose(place: number): void;
  /** The place before or after the chosen one. */
  neighbour(step: 1 | -1): number | undefined;
}

/**
 * @param box - The element that scrolls, with role listbox; its rows have the height that its variable --row says.
 * @param make - The element of the row of a place.
 * @param open - Called when a row is to be opened.
 */
export function createList(
  box: HTMLElement,
  make: (place: number) => HTMLElement,
  open: (place: number) => void,
): RowList {
  const inner = document.createElement("div");
  inner.className = "all-rows";
  box.replaceChildren(inner);
  let places: readonly number[] = [];
  let active = 0;
  const nodes = new Map<number, HTMLElement>();

  const height = () => Number.parseFloat(getComputedStyle(box).getPropertyValue("--row"));
  const options = (): VirtualizerOptions<HTMLElement, HTMLElement> => ({
    count: places.length,
    getScrollElement: () => box,
    estimateSize: height,
    overscan: OVERSCAN,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: draw,
  });
  const list = new Virtualizer<HTMLElement, HTMLElement>(options());

  function draw(): void {
    inner.style.height = `${list.getTotalSize()}px`;
    const shown = list.getVirtualItems();
    const wanted = new Set(shown.map(({ index }) => places[index] as number));
    for (const [place, node] of nodes) {
      if (wanted.has(place)) continue;
      node.remove();
      nodes.delete(place);
    }
    let before: Element | null = null;
    for (const { index, start, size } of shown) {
      const place = places[index] as number;
      let node = nodes.get(place);
      if (node === undefined) {
        node = make(place);
        node.id = `row-${place + 1}`;
        node.dataset.place = String(place);
        nodes.set(place, node);
      }
      node.setAttribute("aria-setsize", String(places.length));
      node.setAttribute("aria-posinset", String(index + 1));
      node.setAttribute("aria-selected", String(index === active));
      node.style.transform = `translateY(${start}px)`;
      node.style.height = `${size}px`;
      // In the order of the list, which is the order that is read aloud.
      const next: Element | null = before === null ? inner.firstElementChild : before.nextElementSibling;
      if (next !== node) inner.insertBefore(node, next);
      before = node;
    }
    const chosen = nodes.get(places[active] ?? -1);
    if (chosen === undefined) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", chosen.id);
  }

  function moveTo(index: number): void {
    if (places.length === 0) return;
    active = Math.min(places.length - 1, Math.max(0, index));
    list.scrollToIndex(active, { align: "auto" });
    draw();
  }

  const moves: Readonly<Record<string, () => number>> = {
    ArrowDown: () => active + 1,
    ArrowUp: () => active - 1,
    PageDown: () => active + PAGE,
    PageUp: () => active - PAGE,
    Home: () => 0,
    End: () => places.length - 1,
  };
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      const place = places[active];
      if (place === undefined) return;
      event.preventDefault();
      open(place);
    } else if (Object.hasOwn(moves, event.key)) {
      event.preventDefault();
      moveTo((moves[event.key] as () => number)());
    }
  });
  box.addEventListener("click", ({ target }) => {
    const place = (target as HTMLElement).closest<HTMLElement>("[data-place]")?.dataset.place;
    if (place === undefined) return;
    moveTo(places.indexOf(Number(place)));
    open(Number(place));
  });
  list._didMount();
  list._willUpdate();
  // Rows are higher on narrow screens.
  let known = height();
  addEventListener("resize", () => {
    if (height() === known) return;
    known = height();
    list.measure();
  });

  return {
    show(wanted) {
      places = wanted;
      active = 0;
      list.setOptions(options());
      list.measure();
      list._willUpdate();
      box.scrollTop = 0;
      draw();
    },
    choose(place) {
      const index = places.indexOf(place);
      if (index >= 0) moveTo(index);
    },
    neighbour: (step) => places[active + step],
  };
}
