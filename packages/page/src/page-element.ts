/** @file What the elements of the page share: they live in the page's own tree, so that its style sheet and headings hold. */

import { LitElement } from "lit";

export abstract class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
