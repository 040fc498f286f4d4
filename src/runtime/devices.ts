/** @file Where programs can run: names of onnxruntime's execution providers. */

export const DEVICES = ["cpu", "cuda", "webgpu"] as const;
export type Device = (typeof DEVICES)[number];
