/** @file The input on the page, coloured by attribution: words, tokens or patches, and the legend. */

import type { Explanation, ImageExplanation, WrittenExplanation } from "../../attribution/explanation.ts";
import { html, type Markup } from "../escape.ts";
import { capital, hasTokens, isSigned, itemNoun, patchLabel, scoreName } from "../evidence.ts";
import { percent, signed } from "../format.ts";
import { targetClass } from "../head.ts";
import { shownShape } from "../image-figure.ts";
import { CONTOURS, type OverlayName, overlay } from "../overlay.ts";
import { visible, withoutOverrides } from "../plain-text.ts";
import { regionsInWords } from "../regions.ts";
import { type SignedScale, signedScale } from "../scale.ts";
import { type Segment, segmentText, spansOfFeatures } from "../segments.ts";
import { isolated, type PageContext } from "./context.ts";
import { heatClass, SHADES } from "./heat.ts";

/** A map that the script can repaint and step through: `data-f` of each element lists the features that it shows. */
interface MapParts {
  readonly name: "words" | "tokens" | "block";
  readonly label: string;
  readonly segments: readonly Segment[];
  /** Features of a member of a segment. */
  readonly featuresOf: (member: number, kind: Segment["kind"]) => readonly number[];
  readonly values: readonly number[];
  readonly scale: SignedScale;
  readonly isSigned: boolean;
}

function piece({ kind, text, members }: Segment, parts: MapParts, digits: number): Markup {
  const kept = withoutOverrides(text);
  if (kind === "gap") {
    const [, before = "", unread = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(kept) ?? [];
    return html`${before}${unread === "" ? null : html`<span class="unread">${unread}</span>`}${after}`;
  }
  const features = members.flatMap((member) => parts.featuresOf(member, kind));
  const value = features.reduce((sum, feature) => sum + (parts.values[feature] ?? 0), 0);
  const classes = ["w", kind === "special" ? "special" : "", heatClass(parts.scale.level(value), parts.isSigned)];
  const names = classes.filter((name) => name !== "").join(" ");
  return html`<span class="${names}"${kind === "special" ? html` dir="ltr"` : null} data-f="${features.join(" ")}" title="${visible(text)} ${signed(value, digits)}">${kind === "special" || kept === "" ? visible(text) : kept}</span>`;
}

function textMap(parts: MapParts, digits: number, extra: Markup | null = null): Markup {
  const classes = parts.name === "tokens" ? "map tokens" : "map words";
  return html`<div class="${parts.name === "block" ? "map" : classes}" data-map="${parts.name}" data-label="${parts.label}" data-bound="${String(parts.scale.bound)}" data-digits="${String(digits)}" dir="auto" lang=""${extra}>${parts.segments.map((segment) => piece(segment, parts, digits))}</div>`;
}

/** Segments of the words with the special tokens between them; members of words and of specials count apart. */
export function wordSegments(
  explanation: WrittenExplanation,
  withSpecials: boolean,
): Pick<MapParts, "segments" | "featuresOf"> {
  const { words, features, input } = explanation;
  const members: number[][] = words.map(() => []);
  const specials: number[] = [];
  features.forEach(({ word, special }, feature) => {
    if (word !== null) members[word]?.push(feature);
    else if (special) specials.push(feature);
  });
  if (!withSpecials) return { segments: segmentText(input.text, words), featuresOf: (member) => members[member]! };
  const places = spansOfFeatures(features);
  // Leading specials come before the words, so that they stay in front of a word that starts where they stand.
  const isLeading = (feature: number) => features.slice(0, feature).every((before) => before.special);
  const lead = specials.filter(isLeading);
  const trail = specials.filter((feature) => !isLeading(feature));
  const spans = [...lead.map((feature) => places[feature]!), ...words, ...trail.map((feature) => places[feature]!)];
  return {
    segments: segmentText(input.text, spans),
    featuresOf: (member) => {
      if (member < lead.length) return [lead[member]!];
      const word = member - lead.length;
      return word < words.length ? members[word]! : [trail[word - words.length]!];
    },
  };
}

/** Gradient, numbers and the underlines that tell the sign without colour. */
export function legend({ explanation, digits }: PageContext, { bound, saturates }: SignedScale): Markup {
  const { many } = itemNoun(explanation);
  const signs = isSigned(explanation);
  const shadeMark = (step: number) => html`<i class="${heatClass(step / SHADES, signs).split(" ")[0] ?? ""}"></i>`;
  if (bound === 0) {
    return html`<p class="legend">All attributions are 0: no ${many} ${signs ? "support or oppose" : "matter for"} ${isolated(targetClass(explanation))}.</p>`;
  }
  if (!signs) {
    const ramp = Array.from({ length: SHADES }, (_, i) => shadeMark(i + 1));
    return html`<p class="legend"><span>0</span> <span class="ramp" aria-hidden="true">${ramp}</span> <span>${saturates ? "≥ " : ""}${signed(bound, digits).replace("+", "")}</span> <span class="key ma">matters for</span> <span>${isolated(targetClass(explanation))}</span></p>`;
  }
  const steps = Array.from({ length: 2 * SHADES + 1 }, (_, i) => i - SHADES);
  const ramp = steps.map(shadeMark);
  return html`<p class="legend"><span class="key op">opposes</span> <span>${saturates ? "≤ " : ""}${signed(-bound, digits)}</span> <span class="ramp" aria-hidden="true">${ramp}</span> <span>${saturates ? "≥ " : ""}${signed(bound, digits)}</span> <span class="key">supports</span> <span>${isolated(targetClass(explanation))}, in units of the ${scoreName(explanation)}</span></p>`;
}

const MEANINGS = {
  words: [
    "Warm words with a solid line support the class, cool words with a dashed line oppose it.",
    "Words with a solid line support the class, words with a dashed line oppose it.",
    "Coloured words matter, whether they support the class or oppose it.",
  ],
  patches: [
    "What is warm supports the class, what is cool opposes it.",
    "What is hatched or has a dashed line opposes the class, the rest supports it.",
    "What is coloured matters, whether they support the class or oppose it.",
  ],
} as const;

/** What the looks of words or patches mean. */
function meaning({ explanation, showsSign }: PageContext, of: keyof typeof MEANINGS): string {
  const { many } = itemNoun(explanation);
  const said = MEANINGS[of][isSigned(explanation) ? (showsSign ? 0 : 1) : 2];
  return said.replaceAll("words", many).replaceAll("Words", capital(many));
}

/** A group of choices that look like one control. */
export function choices(
  name: string,
  label: string,
  options: readonly (readonly [value: string, title: string])[],
  chosen = options[0]?.[0],
): Markup {
  const radios = options.map(
    ([value, title]) =>
      html`<label><input type="radio" id="${name}-${value}" name="${name}" value="${value}" autocomplete="off"${value === chosen ? html` checked` : null}><span>${title}</span></label>`,
  );
  return html`<fieldset class="seg"><legend class="sr">${label}</legend>${radios}</fieldset>`;
}

/** What the line of details says until something is chosen. */
export const hint = (explanation: Explanation): string =>
  `Point at a ${itemNoun(explanation).one}, or move with the arrow keys, to read its number here.`;

/** The text by words and by tokens. */
export function textSection(explanation: WrittenExplanation, context: PageContext): Markup {
  const { id, scale, digits } = context;
  const { attribution, features, input } = explanation;
  const { one, many } = itemNoun(explanation);
  const tokenScale = signedScale(attribution.filter((_, feature) => !features[feature]!.special));
  const words: MapParts = {
    name: "words",
    label: `${capital(many)} with their attribution`,
    ...wordSegments(explanation, false),
    values: attribution,
    scale,
    isSigned: isSigned(explanation),
  };
  const tokens: MapParts = {
    name: "tokens",
    label: "Tokens with their attribution",
    segments: segmentText(input.text, spansOfFeatures(features)),
    featuresOf: (member) => [member],
    values: attribution,
    scale: tokenScale,
    isSigned: isSigned(explanation),
  };
  const unread = words.segments.some(({ kind, text }) => kind === "gap" && text.trim() !== "")
    ? html`<p class="more">The text with a dotted line was not read by the model.</p>`
    : null;
  const byTokens = hasTokens(explanation);
  const views = choices(`${id}-view`, "Show the text by", [
    ["words", capital(many)],
    ["tokens", "Tokens"],
  ]);
  return html`<section class="view-text" aria-labelledby="${id}-text"><h3 id="${id}-text">What the model read</h3><p class="about">${meaning(context, "words")} The stronger the colour, the more the ${one} matters.</p><div class="tools">${byTokens ? views : null}${legend(context, scale)}</div>${textMap(words, digits)}${byTokens ? textMap(tokens, digits) : null}${unread}<p class="details js" data-details hidden>${hint(explanation)}</p></section>`;
}

/** The text of the section on blocks: words and special tokens, painted by the script. */
export function blockTextMap(explanation: WrittenExplanation, { scale, digits }: PageContext): Markup {
  return textMap(
    {
      name: "block",
      label: `${capital(itemNoun(explanation).many)} with their evidence in the chosen block`,
      ...wordSegments(explanation, true),
      values: explanation.attribution,
      scale,
      isSigned: isSigned(explanation),
    },
    digits,
  );
}

/** Overlays that are drawings: patches are elements that can be pointed at. */
export const DRAWN = ["smooth", "contours"] as const satisfies readonly OverlayName[];

/** The patches as a grid, over the picture when there is one. */
export function patchMap(explanation: ImageExplanation, name: "words" | "block", context: PageContext): Markup {
  const { scale, digits, picture, showsSign } = context;
  const { features, attribution, input } = explanation;
  const [rows, columns] = input.grid;
  const byPlace = new Map(features.map((feature, index) => [`${feature.row} ${feature.column}`, index]));
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const feature = byPlace.get(`${row} ${column}`);
    if (feature === undefined) return html`<span></span>`;
    const value = attribution[feature] ?? 0;
    const names = ["w", heatClass(scale.level(value), isSigned(explanation))].filter((part) => part !== "").join(" ");
    return html`<span class="${names}" data-f="${feature}" title="${patchLabel(row, column)} ${signed(value, digits)}"></span>`;
  });
  const over = `${picture === undefined ? "" : " over"}${showsSign ? "" : " hatched"}`;
  const map = html`<div class="patches${over}" style="--columns:${columns}${picture === undefined ? "" : placeOnPicture(input)}" data-map="${name}" data-label="${name === "block" ? "Patches with their evidence in the chosen block" : "Patches with their attribution"}" data-bound="${String(scale.bound)}" data-digits="${digits}">${cells}${name === "block" ? null : overlays(explanation, context)}</div>`;
  if (picture === undefined) return map;
  const shape = shownShape(input);
  const style = `aspect-ratio:${shape.width}/${shape.height}`;
  return html`<div class="photo" style="${style}"><img src="${picture}" alt="The picture that is explained. ${regionsInWords(explanation)}">${map}</div>`;
}

/** The drawings that the reader can choose instead of patches; the style sheet shows the one that is chosen. */
function overlays(explanation: ImageExplanation, { scale, picture, palette }: PageContext): Markup {
  const [rows, columns] = explanation.input.grid;
  const place = { left: 0, top: 0, width: columns, height: rows };
  const drawn = DRAWN.map(
    (name) =>
      html`<g class="as-${name}">${overlay(name, explanation, explanation.attribution, { palette, scale, place, over: picture !== undefined, isSigned: isSigned(explanation) })}</g>`,
  );
  return html`<svg class="layer" viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true">${drawn}</svg>`;
}

/** Where on the picture the patches lie: the model may have seen only a part. */
function placeOnPicture({ width, height, seen }: ImageExplanation["input"]): string {
  const [x, y, across, down] = seen;
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(3)}%`;
  return `;left:${share(x, width)};top:${share(y, height)};width:${share(across, width)};height:${share(down, height)}`;
}

/** How the reader can have the evidence drawn. */
const VIEWS: readonly (readonly [OverlayName, string])[] = [
  ["smooth", "Smooth"],
  ["patches", "Patches"],
  ["contours", "Contours"],
];

export function imageSection(explanation: ImageExplanation, context: PageContext): Markup {
  const { id, scale } = context;
  const [rows, columns] = explanation.input.grid;
  const shares = `${CONTOURS.slice(0, -1)
    .map((share) => percent(share, 0))
    .join(", ")} and ${percent(CONTOURS.at(-1)!, 0)}`;
  const lines = html`<p class="about as-contours">Lines at ${shares} of the ends of the scale${isSigned(explanation) ? "; dashed lines oppose" : ""}.</p>`;
  const view = choices(`${id}-overlay`, "Show the evidence as", VIEWS, context.overlay);
  return html`<section class="view-image" aria-labelledby="${id}-text"><h3 id="${id}-text">What the model saw</h3><p class="about">The image as ${rows} rows of ${columns} patches. ${meaning(context, "patches")} Rows and columns are counted from 0.</p><div class="tools">${view}${legend(context, scale)}</div>${lines}${patchMap(explanation, "words", context)}<p class="details js" data-details hidden>${hint(explanation)}</p></section>`;
}
