/** @file Explanations of former versions as those of today, so that what people have stored stays readable. */

/** Version of explanations that is written. */
export const EXPLANATION_VERSION = 2;

/** Versions that are read. */
export const READABLE_VERSIONS: readonly unknown[] = [1, EXPLANATION_VERSION];

/**
 * The same explanation in the words of today; what is no explanation of a former version comes back as it is. Version 1
 * called the features units.
 */
export function currentExplanation(value: object): object {
  if ((value as { readonly version?: unknown }).version !== 1) return value;
  const renamed = Object.entries(value).map(([name, field]) => [name === "units" ? "features" : name, field] as const);
  return { ...Object.fromEntries(renamed), version: EXPLANATION_VERSION };
}
