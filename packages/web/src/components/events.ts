/** @file What the elements tell the page they are in. */

/** The events of the elements by name. All of them bubble, and leave shadow roots. */
export interface CaligEvents {
  /** A block was chosen: its position, undefined for the result. */
  "calig-block": CustomEvent<{ readonly block: number | undefined }>;
  /** A word, token or patch is looked at: its features, and the position of the block that is shown. */
  "calig-select": CustomEvent<{ readonly features: readonly number[]; readonly block: number | undefined }>;
}

declare global {
  interface HTMLElementEventMap extends CaligEvents {}
}
