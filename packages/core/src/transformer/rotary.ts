/** @file Rotary positions (Su et al. 2021): queries and keys turned by angles that grow with their position. */

import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { positionNumbers } from "./relative-positions.ts";

/** Cosines and sines [positions, size / 2] of all angles. */
export interface RotaryAngles {
  readonly cosine: string;
  readonly sine: string;
}

/** The angles position * theta^(-2 i / size), i = 0 ... size / 2 - 1; `like` [batch, positions, width] says how many positions. */
export function rotaryAngles(builder: GraphBuilder, like: string, size: number, theta: number): RotaryAngles {
  const frequencies = Array.from({ length: size / 2 }, (_, i) => theta ** ((-2 * i) / size));
  const positions = builder.emit("Cast", [positionNumbers(builder, like)], { attributes: { to: int(1) } });
  const angles = builder.mul(
    builder.unsqueeze(positions, [1]),
    builder.constant(floatTensor(frequencies, [size / 2]), "rotary_frequencies"),
  );
  return { cosine: builder.emit("Cos", [angles]), sine: builder.emit("Sin", [angles]) };
}

/** The angles of tokens at `places` int64 [positions], by the angle per place of each pair of elements [size / 2]. */
export function anglesAt(builder: GraphBuilder, places: string, frequencies: readonly number[]): RotaryAngles {
  const numbers = builder.emit("Cast", [places], { attributes: { to: int(1) } });
  const steps = builder.constant(floatTensor(frequencies, [frequencies.length]), "rotary_frequencies");
  const angles = builder.mul(builder.unsqueeze(numbers, [1]), steps);
  return { cosine: builder.emit("Cos", [angles]), sine: builder.emit("Sin", [angles]) };
}

/** Turns element i with element i + size / 2 of every vector: x [batch, heads, positions, size], the first at position 0. */
export function rotate(builder: GraphBuilder, x: string, { cosine, sine }: RotaryAngles): string {
  return builder.emit("RotaryEmbedding", [x, builder.integers([0]), cosine, sine], { domain: "com.microsoft" });
}
