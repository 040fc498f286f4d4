/** @file Makes the components known to the page: <calig-text>, <calig-image>, <calig-blocks>, <calig-links>. Loading it twice does no harm. */

import { CaligBlocks } from "./calig-blocks.ts";
import { CaligImage } from "./calig-image.ts";
import { CaligLinks } from "./calig-links.ts";
import { CaligText } from "./calig-text.ts";
import type { CaligEvents } from "./events.ts";

/** The elements by their tags. */
export interface CaligElements {
  "calig-blocks": CaligBlocks;
  "calig-image": CaligImage;
  "calig-links": CaligLinks;
  "calig-text": CaligText;
}

const ELEMENTS: { readonly [Tag in keyof CaligElements]: new () => CaligElements[Tag] } = {
  "calig-blocks": CaligBlocks,
  "calig-image": CaligImage,
  "calig-links": CaligLinks,
  "calig-text": CaligText,
};

// Lit brings a registry to servers; what renders pages there may have one of its own.
for (const [tag, element] of Object.entries(ELEMENTS)) {
  if (customElements.get(tag) === undefined) customElements.define(tag, element);
}

export { CaligBlocks, type CaligEvents, CaligImage, CaligLinks, CaligText };

declare global {
  interface HTMLElementTagNameMap extends CaligElements {}
}
