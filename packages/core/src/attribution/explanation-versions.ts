/** @file Explanations of former versions as those of today, so that what people have stored stays readable. */

import type { Layout } from "./explanation.ts";

/** Version of explanations that is written. */
export const EXPLANATION_VERSION = 3;

/** Versions that are read. */
export const READABLE_VERSIONS: readonly unknown[] = [1, 2, EXPLANATION_VERSION];

/** What is wrong with an explanation of another version, in words. */
export const ofAnotherVersion = (version: string): string =>
  `it is of version ${version}, wanted ${READABLE_VERSIONS.slice(0, -1).join(", ")} or ${READABLE_VERSIONS.at(-1)}; use the calig that made it`;

/**
 * The same explanation in the words of today; what is no explanation of a former version comes back as it is. Version 1
 * called the features units, version 2 told texts from pictures by the kind of the input alone.
 */
export function currentExplanation(value: object): object {
  const { version, ...rest } = value as Readonly<Record<string, unknown>>;
  if (version === EXPLANATION_VERSION || !READABLE_VERSIONS.includes(version)) return value;
  const fields = Object.entries(rest).map(
    ([name, field]) => [version === 1 && name === "units" ? "features" : name, field] as const,
  );
  return { version: EXPLANATION_VERSION, layout: layoutOf(rest.input), ...Object.fromEntries(fields) };
}

function layoutOf(input: unknown): Layout {
  const kind = typeof input === "object" && input !== null ? (input as { readonly kind?: unknown }).kind : undefined;
  if (kind === "image") return "grid";
  return kind === "text" ? "text" : "names";
}
