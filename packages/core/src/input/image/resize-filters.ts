/** @file The filters that pictures are resized with, as Pillow defines them (src/libImaging/Resample.c). */
import { own } from "../../util/own.ts";

/** A kernel and how far from 0 it reaches; distances in pixels of the smaller of the two pictures. */
export interface ResizeKernel {
  readonly support: number;
  weight(distance: number): number;
}

export type ResizeFilter = "nearest" | "lanczos" | "bilinear" | "bicubic" | "box" | "hamming";

/** By the number that `resample` has in preprocessor_config.json (PIL.Image.Resampling). */
export const RESIZE_FILTERS: readonly ResizeFilter[] = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

/** What Pillow called some of them (PIL.Image.ANTIALIAS, CUBIC, LINEAR). */
const OLD_NAMES: Readonly<Record<string, ResizeFilter>> = {
  antialias: "lanczos",
  cubic: "bicubic",
  linear: "bilinear",
};

/** By a name as files write it: "bicubic", "PILImageResampling.BICUBIC", "InterpolationMode.BICUBIC". */
export function filterNamed(name: string): ResizeFilter | undefined {
  const word = name.split(".").at(-1)?.toLowerCase() ?? "";
  return RESIZE_FILTERS.find((filter) => filter === word) ?? own(OLD_NAMES, word);
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

function bicubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function hamming(distance: number): number {
  const x = Math.abs(distance);
  // Pillow writes the two constants in single precision.
  return x >= 1 ? 0 : sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(x * Math.PI));
}

/** All filters but "nearest", which has no kernel: it picks pixels. */
export const RESIZE_KERNELS: Readonly<Record<Exclude<ResizeFilter, "nearest">, ResizeKernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};
