/** @file Which of several spans of a text, some within others, pieces of the text belong to. */

/** A place in a text: UTF-16, end exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** The shortest span that a place begins in; -1 where it is in none. */
export function innermostSpan(spans: readonly Place[], { start, end }: Place): number {
  let best = -1;
  spans.forEach((span, index) => {
    if (end <= span.start || start >= span.end || start < span.start) return;
    const shorter = spans[best];
    if (shorter === undefined || span.end - span.start < shorter.end - shorter.start) best = index;
  });
  return best;
}

/** Indices of the pieces of each span: those that begin in it, and in no shorter one; special pieces are no part of the text. */
export function membersOf(
  spans: readonly Place[],
  pieces: readonly (Place & { readonly special: boolean })[],
): readonly (readonly number[])[] {
  const own = spans.map((): number[] => []);
  pieces.forEach((piece, index) => {
    if (!piece.special) own[innermostSpan(spans, piece)]?.push(index);
  });
  return own;
}
