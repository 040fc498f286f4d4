/** @file A record asked for a name that a file holds: "constructor" is the name of nothing that we wrote down. */

/** The value of a record's own key; undefined for all others, those that every object inherits included. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
