/** @file Typings of the elements in JSX of React 18 and 19. */

import type * as React from "react";
import type { CaligHandlers, CaligProperties, CaligTag } from "../elements.ts";
import type { CaligElements } from "../register.ts";

/** Properties that are attributes, too. */
type Attributes<Properties> = {
  readonly [Name in keyof Properties as NonNullable<Properties[Name]> extends string | number
    ? Name
    : never]: Properties[Name];
};

/**
 * Since version 19 React sets properties of elements and listens to their events. Versions before make attributes of
 * everything: there objects are set through `ref`.
 */
type OfVersion<Element> = typeof React extends { readonly use: unknown }
  ? CaligProperties<Element> & CaligHandlers<"on">
  : Attributes<CaligProperties<Element>>;

/** What JSX of React takes for each element. */
export type ReactElements = {
  readonly [Tag in CaligTag]: React.DetailedHTMLProps<React.HTMLAttributes<CaligElements[Tag]>, CaligElements[Tag]> &
    OfVersion<CaligElements[Tag]>;
};

declare module "react" {
  namespace JSX {
    interface IntrinsicElements extends ReactElements {}
  }
}
