/** @file Typings of the elements in JSX of Preact 10 and 11. */

import type { ClassAttributes, HTMLAttributes } from "preact";
import type { CaligHandlers, CaligProperties, CaligTag } from "../elements.ts";
import type { CaligElements } from "../register.ts";

/** What JSX of Preact takes for each element. */
export type PreactElements = {
  readonly [Tag in CaligTag]: HTMLAttributes<CaligElements[Tag]> &
    ClassAttributes<CaligElements[Tag]> &
    CaligProperties<CaligElements[Tag]> &
    CaligHandlers<"on">;
};

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements extends PreactElements {}
  }
}
