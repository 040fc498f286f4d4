/** @file RISE (Petsiuk, Das & Saenko 2018): random masks, and what the score is where a feature can be seen. */

import type { Random } from "../../util/random.ts";
import type { Kept } from "../perturbable.ts";
import type { Game } from "./game.ts";

/** Cells of a mask along a side of a picture. */
const CELLS = 7;

/**
 * E[v(M) | M shows i] - E[v(M)] (RISE, eq. 2, less the mean of all masks, so that values have a sign: above 0 where seeing a
 * feature raises the score), both means over the same random masks. A mask shows each of its cells with chance 1/2; of
 * pictures, cells are squares of patches, about 7 x 7 of them, at a random offset. (The paper's masks are smoothed; a patch
 * here is seen or replaced, as metrics have it.) Features without a grid are cells by themselves.
 *
 * @param evaluations - Number of masks.
 */
export async function rise(
  game: Game & { readonly grid?: { readonly rows: number; readonly columns: number } },
  { evaluations, random }: { readonly evaluations: number; readonly random: Random },
): Promise<readonly number[]> {
  const { rows, columns } = game.grid ?? { rows: 1, columns: game.count };
  const side = game.grid === undefined ? 1 : Math.ceil(Math.max(rows, columns) / CELLS);
  const masks = Array.from({ length: evaluations }, () => cellMask(rows, columns, side, random));
  const values = await game.values(masks);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Array.from({ length: game.count }, (_, feature) => {
    const seen = values.filter((_, m) => masks[m]?.[feature] === 1);
    return seen.length === 0 ? 0 : seen.reduce((sum, value) => sum + value, 0) / seen.length - mean;
  });
}

/** Square cells of `side` features, each shown or not, at a random offset. */
function cellMask(rows: number, columns: number, side: number, random: Random): Kept {
  const [down, right] = [random.below(side), random.below(side)];
  const across = Math.ceil(columns / side) + 1;
  const cells = Array.from({ length: (Math.ceil(rows / side) + 1) * across }, () => random.below(2));
  return Uint8Array.from({ length: rows * columns }, (_, feature) => {
    const [row, column] = [Math.floor(feature / columns), feature % columns];
    return cells[Math.floor((row + down) / side) * across + Math.floor((column + right) / side)] as number;
  });
}
