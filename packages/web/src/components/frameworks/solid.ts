/** @file Typings of the elements in JSX of Solid. */

import type { JSX } from "solid-js";
import type { CaligHandlers, CaligProperties, CaligTag } from "../elements.ts";
import type { CaligElements } from "../register.ts";

/** What JSX of Solid takes for each element. */
export type SolidElements = {
  readonly [Tag in CaligTag]: JSX.HTMLAttributes<CaligElements[Tag]> &
    CaligProperties<CaligElements[Tag]> &
    CaligHandlers<"on:">;
};

declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements extends SolidElements {}
  }
}
