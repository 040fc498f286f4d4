/** @file Rotary positions (Su et al. 2021): queries and keys turned by angles that grow with their position. */

import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { positionNumbers } from "./relative-positions.ts";
import type { Rotary } from "./rotary-scaling.ts";

/** Cosines and sines [positions, size / 2] of all angles. */
export interface RotaryAngles {
  readonly cosine: string;
  readonly sine: string;
  /** Elements that are turned. */
  readonly size: number;
}

/** The angles position * theta^(-2 i / size), i = 0 ... size / 2 - 1; `like` [batch, positions, width] says how many positions. */
export function rotaryAngles(builder: GraphBuilder, like: string, size: number, theta: number): RotaryAngles {
  const frequencies = Array.from({ length: size / 2 }, (_, i) => theta ** ((-2 * i) / size));
  const positions = builder.emit("Cast", [positionNumbers(builder, like)], { attributes: { to: int(1) } });
  const angles = builder.mul(
    builder.unsqueeze(positions, [1]),
    builder.constant(floatTensor(frequencies, [size / 2]), "rotary_frequencies"),
  );
  return { cosine: builder.emit("Cos", [angles]), sine: builder.emit("Sin", [angles]), size };
}

/** The angles of tokens at `places` int64 [positions]. */
export function anglesAt(builder: GraphBuilder, places: string, { frequencies, amplitude }: Rotary): RotaryAngles {
  const numbers = builder.emit("Cast", [places], { attributes: { to: int(1) } });
  const steps = builder.constant(floatTensor(frequencies, [frequencies.length]), "rotary_frequencies");
  const angles = builder.mul(builder.unsqueeze(numbers, [1]), steps);
  const grown = (x: string) => (amplitude === 1 ? x : builder.mul(x, builder.scalar(amplitude)));
  const [cosine, sine] = [grown(builder.emit("Cos", [angles])), grown(builder.emit("Sin", [angles]))];
  return { cosine, sine, size: 2 * frequencies.length };
}

/**
 * Turns pairs of every vector: x [batch, heads, positions, size], the first at position 0.
 *
 * @param size - Elements of a vector, where angles are for fewer: the rest is not turned. Default: as many as turn.
 * @param pairs - Element i with element i + turned / 2, or with its neighbour. Default "halves".
 */
export function rotate(
  builder: GraphBuilder,
  x: string,
  angles: RotaryAngles,
  size = angles.size,
  pairs: "halves" | "neighbours" = "halves",
): string {
  const turn = (part: string) =>
    builder.emit("RotaryEmbedding", [part, builder.integers([0]), angles.cosine, angles.sine], {
      domain: "com.microsoft",
      ...(pairs === "neighbours" ? { attributes: { interleaved: int(1) } } : {}),
    });
  if (size === angles.size) return turn(x);
  const rest = builder.slice(x, -1, angles.size, size);
  return builder.concat([turn(builder.slice(x, -1, 0, angles.size)), rest], -1);
}
