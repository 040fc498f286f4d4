/** @file Whether a browser lets pages compute on a GPU. */

/** Why it does not, as what was found and what to do; undefined where it does. */
export async function missingWebGpu(): Promise<string | undefined> {
  const gpu = (globalThis.navigator as { readonly gpu?: Pick<GPU, "requestAdapter"> } | undefined)?.gpu;
  if (gpu === undefined) {
    return globalThis.isSecureContext === false
      ? "this page may not use WebGPU; browsers give it to pages of HTTPS and of localhost only"
      : "this browser has no WebGPU; use a newer one";
  }
  const adapter = await gpu.requestAdapter().catch(() => null);
  return adapter === null
    ? "this browser gives no GPU (its WebGPU has no adapter); look whether it is switched off in the browser's settings, or its driver is too old"
    : undefined;
}
