/** @file Where programs can run: names of onnxruntime's execution providers. */

/** Of Node. */
export const DEVICES = ["cpu", "cuda", "webgpu"] as const;
export type Device = (typeof DEVICES)[number];

/** Of browsers: the processor, and the GPU. */
export const WEB_DEVICES = ["wasm", "webgpu"] as const;
/** What programs run on in a browser. */
export type WebDevice = (typeof WEB_DEVICES)[number];
