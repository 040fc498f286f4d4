/** @file RotaryEmbedding of com.microsoft and of ai.onnx 23 as primitives: pairs of numbers turned by angles of positions. */

import type { GraphBuilder } from "../../graph/builder.ts";
import { mergeHeads, numbers, splitHeads } from "./attention-core.ts";
import { split, type WriteContext, type Writer } from "./writer.ts";

/** How pairs are turned. */
export interface Rotation {
  /** Cosines and sines that broadcast to [batch, heads, tokens, turned / 2]. */
  readonly cosine: string;
  readonly sine: string;
  /** Numbers of a head, and how many of its first ones are turned. */
  readonly size: number;
  readonly turned: number;
  /** Whether pairs are neighbours (0, 1), (2, 3), ... and not a number of each half. */
  readonly interleaved: boolean;
}

/** x [batch, heads, tokens, size] turned. */
export function rotate(b: GraphBuilder, x: string, { cosine, sine, size, turned, interleaved }: Rotation): string {
  const half = turned / 2;
  const [whole, rest] =
    turned === size ? [x, undefined] : (split(b, x, 3, [turned, size - turned]) as [string, string]);
  const parts = interleaved
    ? split(b, b.reshape(whole, [0, 0, -1, half, 2]), 4, [1, 1]).map((part) => b.reshape(part, [0, 0, -1, half]))
    : split(b, whole, 3, [half, half]);
  const [first, second] = parts as [string, string];
  const turnedFirst = b.sub(b.mul(first, cosine), b.mul(second, sine));
  const turnedSecond = b.add(b.mul(second, cosine), b.mul(first, sine));
  const together = interleaved
    ? b.reshape(
        b.concat(
          [turnedFirst, turnedSecond].map((part) => b.unsqueeze(part, [4])),
          4,
        ),
        [0, 0, -1, turned],
      )
    : b.concat([turnedFirst, turnedSecond], 3);
  return rest === undefined ? together : b.concat([together, rest], 3);
}

/** Rows of tables of cosines or sines [positions, half], for the tokens in their order. `tokens`: their number [1]. */
export const rowsInOrder = (b: GraphBuilder, table: string, tokens: string): string =>
  b.emit("Gather", [table, numbers(b, tokens)]);

/** Rows of such tables at given positions [batch, tokens], as [batch, 1, tokens, half]. */
export const rowsAt = (b: GraphBuilder, table: string, positions: string): string =>
  b.unsqueeze(b.emit("Gather", [table, positions]), [1]);

/** Which input is what, and whether the angles are those of all tokens already. */
interface Form {
  readonly positions: number;
  readonly cosine: number;
  readonly sine: number;
}

/** RotaryEmbedding: x [batch, heads, tokens, size] or [batch, tokens, heads x size]. */
const rotaryEmbedding =
  (form: Form): Writer =>
  (context) => {
    const { builder: b, shapes } = context;
    if (context.int("is_packed_batching", 0) !== 0) return context.refuse("it reads a packed batch");
    if (context.float("scale", 1) !== 1) return context.refuse("it scales its positions");
    const shape = shapes.get(context.input(0))?.shape;
    const width = shape?.at(-1);
    const half = shapes.get(context.input(form.cosine))?.shape?.at(-1);
    if (typeof width !== "number" || typeof half !== "number")
      return context.refuse("the sizes of its heads are not known");
    const turned = context.int("rotary_embedding_dim", 0) || 2 * half;
    const isFlat = shape?.length === 3;
    const heads = isFlat ? context.int("num_heads", 0) || width / turned : 0;
    const size = isFlat ? width / heads : width;
    if (turned !== 2 * half || !Number.isSafeInteger(size) || turned > size) {
      return context.refuse(`it turns ${turned} of the ${size} numbers of a head by ${half} angles`);
    }
    const tokens = () => b.sizeOf(context.input(0), isFlat ? 1 : 2);
    const angles = (i: number) => anglesOf(context, context.input(i), context.optional(form.positions), tokens);
    const turn = (x: string) =>
      rotate(b, x, {
        cosine: angles(form.cosine),
        sine: angles(form.sine),
        size,
        turned,
        interleaved: context.int("interleaved", 0) !== 0,
      });
    if (!isFlat) return [turn(context.input(0))];
    return [mergeHeads(b, turn(splitHeads(b, context.input(0), heads, size)), width)];
  };

/** Cosines or sines for the tokens: rows of a table at positions or from a first one on, or those of each token as they are. */
function anglesOf(context: WriteContext, table: string, positions: string | undefined, tokens: () => string): string {
  const { builder: b, shapes } = context;
  if (positions === undefined) {
    return shapes.get(table)?.shape?.length === 3 ? b.unsqueeze(table, [1]) : rowsInOrder(b, table, tokens());
  }
  const shape = shapes.get(positions)?.shape;
  if (shape === undefined) return context.refuse("the rank of its positions is not known");
  if (shape.length === 2) return rowsAt(b, table, positions);
  const start = shape.length === 0 ? b.unsqueeze(positions, [0]) : positions;
  return b.emit("Slice", [table, start, b.add(start, tokens()), b.integers([0])]);
}

export const rotaryEmbeddingMicrosoft = rotaryEmbedding({ positions: 1, cosine: 2, sine: 3 });
export const rotaryEmbedding23 = rotaryEmbedding({ positions: 3, cosine: 1, sine: 2 });
