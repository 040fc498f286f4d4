/** @file Copies of records without what was not given. */

/** The entries of `record` named by `keys` whose value is not undefined. */
export function given<T extends object, const K extends keyof T>(
  record: T,
  keys: readonly K[],
): { [P in K]?: Exclude<T[P], undefined> } {
  const entries = keys.filter((key) => record[key] !== undefined).map((key) => [key, record[key]]);
  return Object.fromEntries(entries) as { [P in K]?: Exclude<T[P], undefined> };
}
