/** @file The test kit of renderers: every kind of explanation is written, the same each time, and nothing of it becomes markup. */

import type { Explanation } from "../../attribution/explanation.ts";
import type { Renderer, Result } from "../../render/renderer.ts";
import { type KitCheck, KitReport } from "./report.ts";
import { SAMPLE_EXPLANATIONS } from "./sample-explanations.ts";

/**
 * Checks a renderer on sample explanations: something is written of each, of the kind that it says, without "NaN",
 * "undefined" and the like, the same each time, with the explanation left alone; texts do not become markup in HTML and
 * SVG; several in one output hold each of them.
 *
 * @param explanations - More to render, by what they are.
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkRenderer(
  renderer: Renderer,
  explanations: Readonly<Record<string, Explanation>> = {},
): Promise<readonly KitCheck[]> {
  const report = new KitReport();
  const all = Object.entries({ ...SAMPLE_EXPLANATIONS, ...explanations });
  for (const [what, explanation] of all) {
    const frozen = deepFrozen(structuredClone(explanation));
    await report.expect(`writes ${what}`, async () => problem(renderer, await renderer.render(frozen)));
    await report.expect(`writes the same of ${what} again`, async () => {
      const [first, second] = [await renderer.render(frozen), await renderer.render(frozen)];
      return same(first, second) ? undefined : "two outputs differ";
    });
  }
  const { renderAll } = renderer;
  if (renderAll !== undefined) {
    await report.expect("writes several into one output, which is longer than one of them", async () => {
      const results: readonly Result[] = all.map(([, explanation]) => ({ explanation }));
      const [one, several] = [await renderAll(results.slice(0, 1)), await renderAll(results)];
      return several.length > one.length ? problem(renderer, several) : "it is not longer";
    });
  }
  return report.finish("renderer", renderer.name);
}

function problem({ binary, mediaType }: Renderer, output: string | Uint8Array): string | undefined {
  if (binary !== output instanceof Uint8Array) return binary ? "text, wanted bytes" : "no text";
  if (output.length === 0) return "the output is empty";
  if (typeof output !== "string") return undefined;
  const isMarkup = /html|xml|svg/.test(mediaType);
  // Programs of a page may say NaN.
  const shown = isMarkup ? output.replaceAll(/<(script|style)\b[^>]*>.*?<\/\1>/gs, "") : output;
  const strange = /\bNaN\b|\bundefined\b|\[object \w+\]/.exec(shown)?.[0];
  if (strange !== undefined) return `the output contains "${strange}"`;
  return isMarkup && /<script>alert/.test(output) ? "a text that is explained became markup; escape it" : undefined;
}

function same(a: string | Uint8Array, b: string | Uint8Array): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFrozen(inner);
    Object.freeze(value);
  }
  return value;
}
