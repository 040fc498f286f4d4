/** @file Places in a picture: cells of a grid, the border, corners, whatever they show. */

import type { ImageInput } from "../../attribution/input.ts";
import type { CueKind, Occurrence } from "../cue.ts";
import { patchChanges, placesOf } from "./picture-changes.ts";

/** Cells on each side. */
const CELLS = 4;

const NAMES = {
  border: "the border",
  "top left": "top left corner",
  "top right": "top right corner",
  "bottom left": "bottom left corner",
  "bottom right": "bottom right corner",
} as const;

export const picturePlaces: CueKind<ImageInput> = {
  name: "picture-places",
  kind: "image",
  noun: "place",
  places: true,
  summary: "cells of a grid, the border, corners; controls are other places of the same size",
  open: ({ subjects }) => ({
    find(subject) {
      const { rows, columns, of } = placesOf(subject);
      const where = (test: (row: number, column: number) => boolean) =>
        of.flatMap(([row, column], feature) => (test(row, column) ? [feature] : []));
      const [high, wide] = [Math.max(1, Math.round(rows / 8)), Math.max(1, Math.round(columns / 8))];
      const [up, left] = [(row: number) => row < 2 * high, (column: number) => column < 2 * wide];
      const [down, right] = [(row: number) => row >= rows - 2 * high, (column: number) => column >= columns - 2 * wide];
      const named: readonly (readonly [keyof typeof NAMES, (row: number, column: number) => boolean])[] = [
        ["border", (row, column) => row < high || column < wide || row >= rows - high || column >= columns - wide],
        ["top left", (row, column) => up(row) && left(column)],
        ["top right", (row, column) => up(row) && right(column)],
        ["bottom left", (row, column) => down(row) && left(column)],
        ["bottom right", (row, column) => down(row) && right(column)],
      ];
      const cells = Array.from({ length: CELLS * CELLS }, (_, cell): Occurrence => {
        const [y, x] = [Math.floor(cell / CELLS), cell % CELLS];
        const features = where(
          (row, column) => Math.floor((row * CELLS) / rows) === y && Math.floor((column * CELLS) / columns) === x,
        );
        return { cue: `cell ${y} ${x}`, label: `row ${y + 1}, column ${x + 1} of ${CELLS} x ${CELLS}`, features };
      });
      return [
        ...named.map(([cue, test]): Occurrence => ({ cue, label: NAMES[cue], features: where(test) })),
        ...cells,
      ].filter(({ features }) => features.length > 0 && features.length < of.length);
    },
    ...patchChanges(subjects, () => true),
  }),
};
