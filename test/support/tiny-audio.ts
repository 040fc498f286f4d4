/** @file A small random model that reads sounds, and sounds for it: of the kind of input in examples/extend/audio-modality.ts. */

import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import type { AudioInput } from "../../examples/extend/audio-modality.ts";
import { hashedParameter } from "./hashed-weights.ts";
import type { Files } from "./temp-folder.ts";

export const FRAME = 160;
const WIDTH = 16;
const INNER = 32;
export const BLOCKS = 2;

/** A checkpoint of three classes. */
export function tinyAudioFiles(): Files {
  const layer = (name: string, inputs: number, outputs: number): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const norm = (name: string): [string, number[]][] => [
    [`${name}.weight`, [WIDTH]],
    [`${name}.bias`, [WIDTH]],
  ];
  const block = (at: string) => [
    ...norm(`${at}.norm1`),
    ...["query", "key", "value", "mix"].flatMap((part) => layer(`${at}.${part}`, WIDTH, WIDTH)),
    ...norm(`${at}.norm2`),
    ...layer(`${at}.expand`, WIDTH, INNER),
    ...layer(`${at}.contract`, INNER, WIDTH),
  ];
  const tensors = [
    ...layer("embed", FRAME, WIDTH),
    ...Array.from({ length: BLOCKS }, (_, b) => block(`blocks.${b}`)).flat(),
    ...norm("norm"),
    ...layer("classifier", WIDTH, 3),
  ];
  return {
    "config.json": JSON.stringify({
      model_type: "wave-frames",
      hidden_size: WIDTH,
      num_attention_heads: 4,
      intermediate_size: INNER,
      num_hidden_layers: BLOCKS,
      id2label: { 0: "bell", 1: "dog", 2: "rain" },
    }),
    "model.safetensors": encodeSafetensors(
      tensors.map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape) })),
    ),
  };
}

/** Eight frames; the last one is not whole. */
export const sound = (pitch = 1): AudioInput => ({
  audio: Float32Array.from({ length: 7.5 * FRAME }, (_, i) => Math.sin(pitch * (i / 20) ** 1.2) * Math.min(1, i / 400)),
});

/** A WAV file of 16 bits, 1600 samples a second; a channel for each sound. */
export function wav(...channels: readonly AudioInput[]): Uint8Array {
  const length = Math.max(...channels.map(({ audio }) => audio.length));
  const size = 2 * channels.length * length;
  const view = new DataView(new ArrayBuffer(44 + size));
  const tag = (at: number, text: string) => new Uint8Array(view.buffer).set(new TextEncoder().encode(text), at);
  for (const [at, text] of [
    [0, "RIFF"],
    [8, "WAVE"],
    [12, "fmt "],
    [36, "data"],
  ] as const)
    tag(at, text);
  for (const [at, value] of [
    [4, 36 + size],
    [16, 16],
    [24, 1600],
    [28, 3200 * channels.length],
    [40, size],
  ] as const) {
    view.setUint32(at, value, true);
  }
  for (const [at, value] of [
    [20, 1],
    [22, channels.length],
    [32, 2 * channels.length],
    [34, 16],
  ] as const) {
    view.setUint16(at, value, true);
  }
  for (let i = 0; i < length; i++) {
    channels.forEach(({ audio }, c) => {
      view.setInt16(44 + 2 * (i * channels.length + c), Math.round(32_767 * (audio[i] ?? 0)), true);
    });
  }
  return new Uint8Array(view.buffer);
}
