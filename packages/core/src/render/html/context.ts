/** @file What every section of the HTML page shares, and small pieces of markup. */

import type { Explanation } from "../../attribution/explanation.ts";
import { strengthBound } from "../../reading/strength.ts";
import { html, type Markup } from "../escape.ts";
import { type Item, itemsOf } from "../evidence.ts";
import { digitsFor, fixed, signed } from "../format.ts";
import type { OverlayName } from "../overlay.ts";
import type { Palette } from "../palette.ts";
import { visible } from "../plain-text.ts";
import { largestMagnitude, type SignedScale, signedScale } from "../scale.ts";

export interface PageContext {
  readonly explanation: Explanation;
  /** Prefix of the ids of this explanation: several share a page. */
  readonly id: string;
  /** Words or patches. */
  readonly items: readonly Item[];
  /** Scale of the items' attribution: absolute, so that next to nothing looks like next to nothing. */
  readonly scale: SignedScale;
  /** The scale that ends at the strongest of this input. */
  readonly ownScale: SignedScale;
  /** Decimals of attributions. */
  readonly digits: number;
  /** False when the colours of the palette do not tell the sign. */
  readonly showsSign: boolean;
  /** The picture under the patches, as a checked data URI. */
  readonly picture: string | undefined;
  /** Colours of drawings, which are the same in both themes. */
  readonly palette: Palette;
  /** How the evidence in a picture is drawn until the reader chooses. */
  readonly overlay: OverlayName;
}

export function createContext(
  explanation: Explanation,
  options: Pick<PageContext, "id" | "showsSign" | "picture" | "palette" | "overlay">,
): PageContext {
  const items = itemsOf(explanation);
  const values = items.map((item) => item.attribution);
  const scale = signedScale(values, { bound: strengthBound(explanation, "absolute") });
  const ownScale = signedScale(values, { bound: strengthBound(explanation, "relative") });
  return { ...options, explanation, items, scale, ownScale, digits: digitsFor(largestMagnitude(values)) };
}

/** Text of the user or the model, kept from reordering what stands around it. */
export const isolated = (text: string): Markup => html`<bdi>${visible(text)}</bdi>`;

/** A signed difference of scores: at least three decimals and three digits that count. */
export const difference = (value: number): string => signed(value, Math.max(3, digitsFor(Math.abs(value))));

/** A score: at least three decimals. */
export const score = (value: number): string => fixed(value, Math.max(3, digitsFor(Math.abs(value))));

/** A width in percent for a style attribute. */
export const widthOf = (share: number): string =>
  `width:${(100 * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))).toFixed(2)}%`;
