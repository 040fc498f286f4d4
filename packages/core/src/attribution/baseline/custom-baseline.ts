/** @file The caller's own baselines: what kind each is, and how results spell it out. METHOD 2. */

import { InvalidOptionError } from "../../errors.ts";
import type { RgbImage } from "../../input/image/rgb-image.ts";
import type { FloatTensor } from "../../tensor/tensor.ts";
import { sha256 } from "../../util/sha256.ts";
import type { Baseline, BaselineObject, CustomBaseline, ExplainOptions } from "../options.ts";

export const isCustom = (baseline: Baseline | undefined): baseline is CustomBaseline =>
  typeof baseline === "object" && baseline !== null;

/** Whether it is computed for each input. */
export const isComputed = (baseline: CustomBaseline): baseline is BaselineObject =>
  "hiddenState" in baseline && typeof baseline.hiddenState === "function";

/**
 * @param field - That of inputs of the model's kind.
 * @throws {InvalidOptionError} When it is none of the kinds, or several at once.
 */
export function checkedCustom(baseline: CustomBaseline, field: string): CustomBaseline {
  const kinds = [...new Set(["text", "image", field, "hiddenState"])].filter((kind) => Object.hasOwn(baseline, kind));
  if (kinds.length === 1) return baseline;
  const found = kinds.length > 1 ? kinds : Object.keys(baseline);
  throw new InvalidOptionError(
    `Cannot use a baseline with ${found.length === 0 ? "no fields" : `the fields ${found.map((name) => `"${name}"`).join(", ")}`}: give a name, or exactly one of "text", "image" and "hiddenState"`,
    "baseline",
    found,
  );
}

/** A baseline as small plain data: names and texts as they are, pictures and tensors by size and SHA-256. */
export async function spelledBaseline(baseline: Baseline): Promise<unknown> {
  if (!isCustom(baseline)) return baseline;
  if (isComputed(baseline)) {
    const { name, settings } = baseline;
    return settings === undefined ? name : { name, settings };
  }
  const content = contentOf(baseline);
  if (content === undefined)
    return Object.fromEntries(Object.entries(baseline).filter(([, value]) => value !== undefined));
  const { field, size, isPicture, bytes } = content;
  return { [field]: isPicture ? size.join("x") : size, ...(await digest(bytes)) };
}

/** Numbers that a baseline is made of, in a field of it: pixels, a tensor, samples. */
export interface BaselineContent {
  readonly field: string;
  /** Width and height of pixels, the shape of a tensor, the length of others. */
  readonly size: readonly number[];
  readonly isPicture: boolean;
  readonly bytes: Uint8Array;
}

/** What a baseline is made of; undefined where that is text alone. */
export function contentOf(baseline: CustomBaseline): BaselineContent | undefined {
  for (const [field, value] of Object.entries(baseline) as [string, unknown][]) {
    if (typeof value !== "object" || value === null) continue;
    const { data = value, shape, width, height } = value as Partial<RgbImage> & Partial<FloatTensor>;
    if (!ArrayBuffer.isView(data)) continue;
    const isPicture = width !== undefined && height !== undefined;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const { length } = data as Float32Array;
    return { field, size: isPicture ? [width, height] : (shape ?? [length]), isPicture, bytes };
  }
  return undefined;
}

/** Options as plain data where they have no functions: the baseline spelled out, a method by its name and settings. */
export async function spelledOptions<T extends ExplainOptions>({
  baseline,
  method,
  ...others
}: T): Promise<Omit<T, "baseline" | "method"> & SpelledMethod & { readonly baseline?: unknown }> {
  const spelled = Array.isArray(baseline)
    ? await Promise.all((baseline as readonly Baseline[]).map(spelledBaseline))
    : await spelledBaseline(baseline as Baseline);
  return { ...spelledMethod(method), ...others, ...(baseline === undefined ? {} : { baseline: spelled }) };
}

/** What tells methods apart: of one called by its name nothing else. */
interface SpelledMethod {
  readonly method?: string;
  readonly settings?: unknown;
  readonly revision?: number;
}

function spelledMethod(method: ExplainOptions["method"]): SpelledMethod {
  if (method === undefined) return {};
  if (typeof method === "string") return { method };
  const { name, settings, revision } = method;
  return {
    method: name,
    ...(settings === undefined ? {} : { settings }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** Nothing where the platform cannot tell. */
async function digest(bytes: Uint8Array): Promise<{ readonly sha256?: string }> {
  const hash = await sha256([bytes]);
  return hash === "" ? {} : { sha256: hash };
}
