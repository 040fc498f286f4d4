/** @file Labels of tokens without the B- and I- before them, and runs of words that are one entity, as pipelines of transformers join them. */

/** A label as a tool for named entities reads it: "B-" begins an entity, "I-" and labels without either go on with one. */
export function tagOf(label: string): { readonly begins: boolean; readonly tag: string } {
  const isMarked = label.startsWith("B-") || label.startsWith("I-");
  return { begins: label.startsWith("B-"), tag: isMarked ? label.slice(2) : label };
}

/** Of words that are in no entity. */
export const OUTSIDE = "O";

/** All kinds of entities, and what is none of them, each once. */
export const tagsOf = (labels: readonly string[]): readonly string[] => [
  ...new Set(labels.map((label) => tagOf(label).tag)),
];

/** A word with the label that the model gives it. */
export interface Labelled {
  readonly label: string;
  /** Index among the tokens: words that are not next to each other are not joined. */
  readonly first: number;
  readonly last: number;
}

/** Runs of words of one entity each, those outside of entities left out. */
export function groupWords<T extends Labelled>(words: readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = [];
  for (const word of words) {
    const { begins, tag } = tagOf(word.label);
    const previous = groups.at(-1)?.at(-1);
    const goesOn =
      previous !== undefined && previous.last + 1 === word.first && !begins && tagOf(previous.label).tag === tag;
    if (goesOn) groups.at(-1)?.push(word);
    else groups.push([word]);
  }
  return groups.filter(([word]) => word?.label !== OUTSIDE);
}

/**
 * The class that a word has where the entity is of this kind: the one that goes on, or of the first word the more probable one of
 * that and the one that begins.
 *
 * @param logits - Of the word [classes].
 */
export function classOfTag(
  labels: readonly string[],
  tag: string,
  logits: ArrayLike<number>,
  isFirst: boolean,
): number {
  const candidates = labels.flatMap((label, index) => (tagOf(label).tag === tag ? [index] : []));
  const going = candidates.filter((index) => !tagOf(labels[index] as string).begins);
  const pool = isFirst || going.length === 0 ? candidates : going;
  return pool.reduce((best, index) => ((logits[index] as number) > (logits[best] as number) ? index : best));
}
