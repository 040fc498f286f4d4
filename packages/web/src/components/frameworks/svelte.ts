/** @file Typings of the elements in the markup of Svelte: events as attributes (version 5) and as directives. */

import type { HTMLAttributes } from "svelte/elements";
import type { CaligHandlers, CaligProperties, CaligTag } from "../elements.ts";
import type { CaligElements } from "../register.ts";

/** What the markup of Svelte takes for each element. */
export type SvelteElements = {
  readonly [Tag in CaligTag]: HTMLAttributes<CaligElements[Tag]> &
    CaligProperties<CaligElements[Tag]> &
    CaligHandlers<"on"> &
    CaligHandlers<"on:">;
};

declare module "svelte/elements" {
  interface SvelteHTMLElements extends SvelteElements {}
}
