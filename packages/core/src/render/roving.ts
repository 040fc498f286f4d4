/** @file One Tab stop for a whole map: the arrow keys move inside it. */

/** What the arrow keys lead to; undefined for other keys. */
export type Moves = Readonly<Record<string, () => number>>;

/** Moves among places that follow the lines of a text: up and down lead to the nearest place of the next line. */
export function lineMoves(nodes: readonly HTMLElement[], from: number, isRightToLeft: boolean): Moves {
  const forward = () => from + 1;
  const backward = () => from - 1;
  return {
    ArrowRight: isRightToLeft ? backward : forward,
    ArrowLeft: isRightToLeft ? forward : backward,
    ArrowDown: () => nearestOnLine(nodes, from, 1),
    ArrowUp: () => nearestOnLine(nodes, from, -1),
    Home: () => 0,
    End: () => nodes.length - 1,
  };
}

/** Moves in a table that is filled row by row. */
export function tableMoves(count: number, columns: number, from: number): Moves {
  const row = from - (from % columns);
  const lastOfRow = Math.min(row + columns, count) - 1;
  return {
    ArrowRight: () => Math.min(from + 1, lastOfRow),
    ArrowLeft: () => Math.max(from - 1, row),
    ArrowDown: () => (from + columns < count ? from + columns : from),
    ArrowUp: () => (from >= columns ? from - columns : from),
    Home: () => row,
    End: () => lastOfRow,
    PageDown: () => (Math.ceil(count / columns) - 1) * columns + (from - row),
    PageUp: () => from - row,
  };
}

/** The place that a key leads to, within the places there are; undefined for other keys. */
export function movedBy(event: KeyboardEvent, moves: Moves, count: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(moves, event.key)) return undefined;
  const move = moves[event.key] as () => number;
  return Math.min(count - 1, Math.max(0, move()));
}

function nearestOnLine(nodes: readonly HTMLElement[], from: number, step: 1 | -1): number {
  const start = (nodes[from] as HTMLElement).getBoundingClientRect();
  const middle = start.left + start.width / 2;
  let line: number | undefined;
  let best = from;
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = from + step; i >= 0 && i < nodes.length; i += step) {
    const place = (nodes[i] as HTMLElement).getBoundingClientRect();
    if (Math.abs(place.top - start.top) < start.height / 2) continue;
    line ??= place.top;
    if (Math.abs(place.top - line) > place.height / 2) break;
    const away = Math.abs(place.left + place.width / 2 - middle);
    if (away < nearest) [nearest, best] = [away, i];
  }
  return best;
}
