/** @file Lines of equal value through a grid of numbers: marching squares (Lorensen and Cline 1987, in two dimensions). */

import type { Grid } from "./patch-field.ts";

/** A point in steps of the grid from its first row and column. */
export type Point = readonly [x: number, y: number];

/** A line; it is closed when its last point is its first. */
export type Line = readonly Point[];

/** The sides of a cell that the grid's lines are crossed on, by which of its corners are inside. */
const CROSSINGS: readonly (readonly (readonly [from: Side, to: Side])[])[] = [
  [],
  [["left", "top"]],
  [["top", "right"]],
  [["left", "right"]],
  [["right", "bottom"]],
  [
    ["left", "bottom"],
    ["right", "top"],
  ],
  [["top", "bottom"]],
  [["left", "bottom"]],
  [["bottom", "left"]],
  [["bottom", "top"]],
  [
    ["top", "left"],
    ["bottom", "right"],
  ],
  [["bottom", "right"]],
  [["right", "left"]],
  [["right", "top"]],
  [["top", "left"]],
  [],
];
/** Two corners that face each other are inside: the middle of the cell tells whether they are joined. */
const JOINED: Readonly<Record<number, (typeof CROSSINGS)[number]>> = { 5: CROSSINGS[5]!, 10: CROSSINGS[10]! };
const APART: Readonly<Record<number, (typeof CROSSINGS)[number]>> = {
  5: [
    ["left", "top"],
    ["right", "bottom"],
  ],
  10: [
    ["top", "right"],
    ["bottom", "left"],
  ],
};

type Side = "left" | "top" | "right" | "bottom";

interface Segment {
  readonly from: number;
  readonly to: number;
}

/**
 * The lines on which the numbers of a grid, joined by straight lines, are `level`; they end where the grid ends.
 *
 * A number that is exactly `level` counts as inside.
 */
export function contourLines(grid: Grid, level: number): Line[] {
  const { columns, values } = grid;
  const points = new Map<number, Point>();
  const segments = cellsOf(grid).flatMap(({ x, y }) => {
    const corner = (dx: number, dy: number) => values[(y + dy) * columns + x + dx]!;
    const [a, b, c, d] = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
    const inside = (value: number, bit: number) => (value >= level ? bit : 0);
    const shape = inside(a, 1) | inside(b, 2) | inside(c, 4) | inside(d, 8);
    const isJoined = (a + b + c + d) / 4 >= level;
    const crossings = (isJoined ? JOINED : APART)[shape] ?? CROSSINGS[shape]!;
    // Each side of a cell has a number of its own in the grid: 2 i for the one to the right of i, 2 i + 1 for the one below.
    const side = (name: Side): number => {
      const i = y * columns + x;
      const share = (from: number, to: number) => (level - from) / (to - from);
      const [key, point]: [number, Point] =
        name === "top"
          ? [2 * i, [x + share(a, b), y]]
          : name === "bottom"
            ? [2 * (i + columns), [x + share(d, c), y + 1]]
            : name === "left"
              ? [2 * i + 1, [x, y + share(a, d)]]
              : [2 * (i + 1) + 1, [x + 1, y + share(b, c)]];
      points.set(key, point);
      return key;
    };
    return crossings.map(([from, to]): Segment => ({ from: side(from), to: side(to) }));
  });
  return joined(segments).map((keys) => keys.map((key) => points.get(key)!));
}

function cellsOf({ rows, columns }: Grid): { readonly x: number; readonly y: number }[] {
  const across = Math.max(0, columns - 1);
  const down = Math.max(0, rows - 1);
  return Array.from({ length: across * down }, (_, i) => ({ x: i % across, y: Math.floor(i / across) }));
}

/** Segments that share an end, as lines of keys. Every key is an end of one segment or of two. */
function joined(segments: readonly Segment[]): number[][] {
  const byEnd = new Map<number, number[]>();
  segments.forEach(({ from, to }, i) => {
    for (const end of [from, to]) byEnd.set(end, [...(byEnd.get(end) ?? []), i]);
  });
  const used = new Array<boolean>(segments.length).fill(false);
  const walk = (start: number): number[] => {
    const keys: number[] = [];
    let end = start;
    for (;;) {
      const next = byEnd.get(end)?.find((i) => !used[i]);
      if (next === undefined) return keys;
      used[next] = true;
      const { from, to } = segments[next]!;
      end = from === end ? to : from;
      keys.push(end);
    }
  };
  return segments.flatMap(({ from }, i) => {
    if (used[i]) return [];
    const forward = [from, ...walk(from)];
    // A line that is not closed may have been met in its middle.
    const backward = forward[0] === forward.at(-1) ? [] : walk(from).reverse();
    return [[...backward, ...forward]];
  });
}
