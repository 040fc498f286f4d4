/** @file Markup that the renderer made, put into a page as it is: the one place that does so, and it takes nothing else. */

import type { Markup } from "@calig/core/internal/render/escape";
import { nothing } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";

/** Text of inputs and of models was escaped when the markup was made. */
export const drawnSvg = (markup: Markup): unknown => unsafeSVG(markup.toString());

/** The same of sections. They are no landmarks here: two results on a page would have the same. */
export const drawnSections = (markup: Markup | null): unknown =>
  markup === null ? nothing : unsafeHTML(markup.toString().replace(/(<section[^>]*?) aria-labelledby="[^"]*"/g, "$1"));
