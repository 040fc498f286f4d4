/** @file Plurals of plain nouns. */

/** "words", "patches" */
export const manyOf = (noun: string): string => (/(ch|s|x)$/.test(noun) ? `${noun}es` : `${noun}s`);
