/** @file Makes the components known to the page: <calig-text>, <calig-image>, <calig-blocks>. Loading it twice does no harm. */

import { CaligBlocks } from "./calig-blocks.ts";
import { CaligImage } from "./calig-image.ts";
import { CaligText } from "./calig-text.ts";

const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = {
  "calig-blocks": CaligBlocks,
  "calig-image": CaligImage,
  "calig-text": CaligText,
};

for (const [name, element] of Object.entries(ELEMENTS)) {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}

export { CaligBlocks, CaligImage, CaligText };

declare global {
  interface HTMLElementTagNameMap {
    "calig-blocks": CaligBlocks;
    "calig-image": CaligImage;
    "calig-text": CaligText;
  }
}
