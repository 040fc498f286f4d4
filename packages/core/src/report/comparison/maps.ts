/** @file The maps of several methods on one picture, side by side: for HTML and Markdown, each on a scale of its own. */

import type { ComparedMethod, ImageComparison } from "../../evaluation/method-comparison.ts";
import { html, type Markup } from "../../render/escape.ts";
import type { PatchEvidence } from "../../render/evidence.ts";
import { digitsFor, fixed, percent, signed } from "../../render/format.ts";
import { mapPart, type Part, pictureDefinition, picturePart } from "../../render/image-figure.ts";
import { gridMarkdown } from "../../render/markdown.ts";
import { code, plain } from "../../render/markdown-text.ts";
import { CONTOURS, type OverlayName } from "../../render/overlay.ts";
import { type Palette, paletteOf } from "../../render/palette.ts";
import { regionsInWords } from "../../render/regions.ts";
import { patchBound, type SignedScale, signedScale, TOLD_APART } from "../../render/scale.ts";
import { methodTitle } from "../evaluation/tables.ts";
import { signText } from "./facts.ts";
import { faithfulnessOf } from "./verdict.ts";

/** How maps are drawn. */
export interface MapLook {
  readonly overlay: OverlayName;
  /** The picture as a checked data URI. */
  readonly picture: string | undefined;
}

/** What one method says of the picture, as maps are made from it. */
export const evidenceOf = ({ input, features, target }: ImageComparison, method: ComparedMethod): PatchEvidence => ({
  input,
  features: features.map((feature) => ({ ...feature, special: false })),
  attribution: method.attribution,
  target,
  method: method.signed === false ? { signed: false } : {},
});

/** What the maps have in common. */
export function mapsText(overlay: OverlayName): string {
  const strength =
    overlay === "contours"
      ? `lines are drawn at ${CONTOURS.map((share) => percent(share, 0)).join(", ")} of it`
      : "full colour is its end";
  return `Every map has a scale of its own, symmetric about 0, that ends at the ${100 * TOLD_APART}th percentile of the magnitudes of its patches; ${strength}. Methods have units of their own: compare places and signs, not strengths.`;
}

/** The scale of a method's own map. */
const ownScale = ({ attribution }: ComparedMethod): SignedScale =>
  signedScale(attribution, { bound: patchBound(attribution) });

/** The end of a scale: "≥ 0.123". */
const boundText = ({ bound, saturates }: SignedScale): string =>
  `${saturates ? "≥ " : ""}${signed(bound, digitsFor(bound)).replace("+", "")}`;

/** The map of a method, `room` wide. */
export function methodMap(
  comparison: ImageComparison,
  method: ComparedMethod,
  { palette, room, ...look }: MapLook & { readonly palette: Palette; readonly room: number },
): Part {
  const scale = ownScale(method);
  const settings = { ...look, palette, scale, room, digits: digitsFor(scale.bound), muted: "#808080", tooltips: false };
  return mapPart(evidenceOf(comparison, method), settings);
}

const ROOM = 280;

/** Rules of the maps, for `page`. */
export const MAPS_STYLE = `.maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:1.2rem;padding:0;margin:1rem 0;list-style:none}
@media (max-width:34rem){.maps{grid-template-columns:1fr 1fr}}
.maps figure{margin:0}.maps svg{width:100%;height:auto}.maps h3{font-size:1rem;margin:0 0 .3rem}.maps figcaption{font-size:.85rem;color:var(--muted)}
.defs{position:absolute}`;

/** The picture once, for all maps; nothing without one. */
export const pictureDefinitions = ({ picture }: MapLook): Markup | null =>
  picture === undefined
    ? null
    : html`<svg class="defs" width="0" height="0" aria-hidden="true">${pictureDefinition(picture)}</svg>`;

/** Maps as figures beside each other, the picture first where that is asked for. */
export function methodMaps(
  comparison: ImageComparison,
  methods: readonly ComparedMethod[],
  look: MapLook,
  withPicture: boolean,
): Markup {
  const palette = paletteOf(undefined, "light");
  const { picture } = look;
  const drawing = ({ markup, height }: Part, label: string) =>
    html`<svg viewBox="0 0 ${ROOM} ${Math.ceil(height) - 12}" role="img" aria-label="${label}">${markup}</svg>`;
  const features = comparison.features.map((feature) => ({ ...feature, special: false }));
  const original =
    picture === undefined || !withPicture
      ? null
      : html`<li><figure><h3>The picture</h3>${drawing(picturePart({ input: comparison.input, features }, { picture, room: ROOM }), "The picture that is explained")}</figure></li>`;
  const figures = methods.map((method) => {
    const words = regionsInWords(evidenceOf(comparison, method));
    const map = methodMap(comparison, method, { ...look, palette, room: ROOM });
    return html`<li><figure><h3>${methodTitle(method)}</h3>${drawing(map, `Map of ${method.name}. ${words}`)}<figcaption>Faithfulness ${fixed(faithfulnessOf(method), 3)}. ${words} Full colour is ${boundText(ownScale(method))}.</figcaption></figure></li>`;
  });
  return html`<ul class="maps">${original}${figures}</ul>`;
}

/** The maps as marks, below each other. */
export function mapsMarkdown(comparison: ImageComparison): string[] {
  return [
    "One cell per patch: `+` supports the class, `-` opposes it, doubled from a third of the strongest. Every map has a scale of its own: methods have units of their own.",
    ...[plain(signText(comparison))].filter((text) => text !== ""),
    ...comparison.methods.flatMap((method) => {
      const evidence = evidenceOf(comparison, method);
      return [`## ${code(method.name)}`, gridMarkdown(evidence), plain(regionsInWords(evidence))];
    }),
  ];
}
