/** @file Visible characters of long texts, in time that grows with their length. */

/**
 * Code units that are given to Intl.Segmenter at once: each of its steps takes a time that grows with all that it was given
 * (Node 20), so that a text as a whole would take the square of its length.
 */
const PIECE = 512;

/** The visible characters of a text (grapheme clusters of Unicode), in order: an emoji with its joiners is one. */
export function* graphemes(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
  let at = 0;
  let size = PIECE;
  while (at < text.length) {
    // Half a code point would look like a character of its own.
    const end = at + size + (/[\ud800-\udbff]/.test(text[at + size - 1] ?? "") ? 1 : 0);
    const found = Array.from(segmenter.segment(text.slice(at, end)), ({ segment }) => segment);
    const isEnd = end >= text.length;
    // The last one may go on behind the piece.
    if (!isEnd) found.pop();
    size = found.length === 0 ? 2 * size : PIECE;
    for (const segment of found) {
      at += segment.length;
      yield segment;
    }
  }
}
