/** @file How far what draws of a baseline say is apart. */

/** Standard error of the mean of values of several draws; undefined for one. */
export function standardError(values: readonly number[]): number | undefined {
  const { length } = values;
  if (length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (length - 1) / length);
}

/** That of the sum over some features, as a field where there are several draws. */
export function spreadOf(
  drawn: readonly (readonly number[])[] | undefined,
  features: readonly number[],
): { readonly spread?: number } {
  const sums = (drawn ?? []).map((map) => features.reduce((sum, feature) => sum + (map[feature] as number), 0));
  const spread = standardError(sums);
  return spread === undefined ? {} : { spread };
}
