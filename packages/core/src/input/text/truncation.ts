/** @file How many tokens of a text, or of each text of a pair, are kept when they do not all fit. */

/**
 * Tokens to keep of sequences of the given lengths so that at most `room` remain in all: of a pair the longer one is
 * cut first, then both to about half. The rule "longest_first" of Hugging Face tokenizers (utils/truncation.rs), so
 * that the same tokens remain as there.
 */
export function keptLengths(lengths: readonly number[], room: number): readonly number[] {
  const [first = 0, second] = lengths;
  if (second === undefined) return [Math.min(first, room)];
  if (first + second <= room) return [first, second];
  const shorter = Math.min(first, second);
  const longer = Math.max(shorter, room - shorter);
  const half = Math.floor(room / 2);
  const [less, more] = shorter + longer > room ? [half, room - half] : [shorter, longer];
  return first > second ? [more, less] : [less, more];
}
