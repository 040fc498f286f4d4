/** @file The input on the page, coloured by attribution: words, tokens or patches, and the legend. */

import type {
  Explanation,
  ImageExplanation,
  TextExplanation,
  WrittenExplanation,
} from "../../attribution/explanation.ts";
import { strongestRegions } from "../crops.ts";
import { html, type Markup } from "../escape.ts";
import { capital, hasTokens, isSigned, itemNoun, patchLabel } from "../evidence.ts";
import { percent, signed } from "../format.ts";
import { targetClass } from "../head.ts";
import { shownShape } from "../image-figure.ts";
import { CONTOURS, type OverlayName, overlay } from "../overlay.ts";
import { visible, withoutOverrides } from "../plain-text.ts";
import { answerTokensOf, partPieces, partsBound, partsOf } from "../prompt-parts.ts";
import { regionsInWords } from "../regions.ts";
import { type SignedScale, signedScale } from "../scale.ts";
import { holdsText, type Segment, segmentText, spansOfFeatures } from "../segments.ts";
import { isolated, type PageContext } from "./context.ts";
import { heatClass, SHADES } from "./heat.ts";

/** A map that the script can repaint and step through: `data-f` of each element lists the features that it shows. */
interface MapParts {
  readonly name: "words" | "tokens" | "parts" | "block";
  readonly label: string;
  readonly segments: readonly Segment[];
  /** Features of a member of a segment. */
  readonly featuresOf: (member: number, kind: Segment["kind"]) => readonly number[];
  readonly values: readonly number[];
  readonly scale: SignedScale;
  readonly isSigned: boolean;
  /** What a member of a segment is called, where that is not its text. */
  readonly nameOf?: (member: number) => string | undefined;
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
  const name = members[0] === undefined ? undefined : parts.nameOf?.(members[0]);
  const named = name === undefined ? null : html` data-name="${visible(name)}"`;
  return html`<span class="${names}"${kind === "special" ? html` dir="ltr"` : null}${named} data-f="${features.join(" ")}" title="${visible(name ?? text)} ${signed(value, digits)}">${kind === "special" || kept === "" ? visible(text) : kept}</span>`;
}

function textMap(parts: MapParts, digits: number, extra: Markup | null = null): Markup {
  return html`<div class="${parts.name === "block" ? "map" : `map ${parts.name}`}" data-map="${parts.name}" data-label="${parts.label}" data-bound="${String(parts.scale.bound)}" data-digits="${String(digits)}" dir="auto" lang=""${extra}>${parts.segments.map((segment) => piece(segment, parts, digits))}</div>`;
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

/** What the colours mean, in words: numbers are in the technical part. */
export function legend({ explanation }: PageContext, { bound }: SignedScale): Markup {
  const { many } = itemNoun(explanation);
  const signs = isSigned(explanation);
  const shadeMark = (step: number) => html`<i class="${heatClass(step / SHADES, signs).split(" ")[0] ?? ""}"></i>`;
  const target = isolated(targetClass(explanation));
  if (bound === 0) {
    return html`<p class="legend">All attributions are 0: no ${many} ${signs ? "support or oppose" : "matter for"} ${target}.</p>`;
  }
  if (!signs) {
    const ramp = Array.from({ length: SHADES }, (_, i) => shadeMark(i + 1));
    return html`<p class="legend"><span>hardly counts</span> <span class="ramp" aria-hidden="true">${ramp}</span> <span class="key ma">matters for</span> <span>${target}</span></p>`;
  }
  const ramp = Array.from({ length: 2 * SHADES + 1 }, (_, i) => shadeMark(i - SHADES));
  return html`<p class="legend"><span class="key op">against</span> <span class="ramp" aria-hidden="true">${ramp}</span> <span class="key su">for</span> <span>${target}</span></p>`;
}

/** Whether the strongest of this input is far from what strong evidence is: its own scale would show it as strong. */
const hasOwnScale = ({ scale, ownScale }: PageContext): boolean =>
  ownScale.bound > 0 && ownScale.bound < 0.99 * scale.bound;

/** The choice between the scale of all inputs and that of this one; only where they differ. Operated by the script. */
function scaleChoice(context: PageContext): Markup | null {
  return hasOwnScale(context)
    ? html`<label class="check js" hidden><input type="checkbox" data-relative autocomplete="off"> Stretch the colours to this ${context.explanation.layout === "grid" ? "picture" : "input"}</label>`
    : null;
}

const MEANINGS = {
  words: [
    "Warm words with a solid line speak for it, cool words with a dashed line against it.",
    "Words with a solid line speak for it, words with a dashed line against it.",
    "Coloured words matter, whether they speak for it or against it.",
  ],
  patches: [
    "What is warm speaks for it; what is cool, hatched or has a dashed line speaks against it.",
    "What is hatched or has a dashed line speaks against it, the rest for it.",
    "What is coloured matters, whether it speaks for it or against it.",
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
  const { id, scale, ownScale, digits } = context;
  const { attribution, features, input } = explanation;
  const { one, many } = itemNoun(explanation);
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
    scale,
    isSigned: isSigned(explanation),
  };
  const unread = words.segments.some(({ kind, text }) => kind === "gap" && text.trim() !== "")
    ? html`<p class="more">The text with a dotted line ${holdsText(features) ? "is held fixed and not explained" : "was not read by the model"}.</p>`
    : null;
  const byTokens = hasTokens(explanation);
  const byParts = byTokens && partsOf(explanation).some(({ start }) => start !== null);
  const views = choices(`${id}-view`, "Show the text by", [
    ["words", capital(many)],
    ["tokens", "Tokens"],
    ...(byParts ? [["parts", "Parts"] as const] : []),
  ]);
  return html`<section class="view-text" aria-labelledby="${id}-text" data-own="${String(ownScale.bound)}"><h3 id="${id}-text">What the model read</h3><p class="about">${meaning(context, "words")} The stronger the colour, the more the ${one} counts.</p>${answerChoice(explanation, id)}${textMap(words, digits)}${byTokens ? textMap(tokens, digits) : null}${byParts ? textMap(partsMap(explanation, words), digits) : null}${unread}<div class="tools">${byTokens ? views : null}${legend(context, scale)}${scaleChoice(context)}</div><p class="details js" data-details hidden>${hint(explanation)}</p></section>`;
}

/** The text by the parts of a prompt, each with its sum. */
function partsMap(explanation: TextExplanation, words: MapParts): MapParts {
  const pieces = partPieces(explanation);
  const bound = partsBound(explanation, words.scale.bound);
  return {
    ...words,
    name: "parts",
    label: "Parts of the prompt with their sums",
    // Blank stretches show nothing.
    segments: pieces.map(({ text }, member) => ({
      kind: text.trim() === "" ? "gap" : "feature",
      text,
      members: [member],
    })),
    featuresOf: (member) => pieces[member]?.features ?? [],
    nameOf: (member) => pieces[member]?.name,
    scale: signedScale([], { bound }),
  };
}

/** The tokens of an answer, to see what each rests on; operated by the script. */
function answerChoice(explanation: WrittenExplanation, id: string): Markup | null {
  const tokens = answerTokensOf(explanation);
  if (tokens.length === 0) return null;
  const options = tokens.map(({ text }, i) => [String(i), visible(text)] as const);
  return html`<div class="tools js" hidden data-answer><span class="about">Evidence for</span>${choices(`${id}-answer-token`, "Evidence for a token of the answer", [["all", "The whole answer"], ...options])}</div>`;
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
  return html`<div class="photo" style="${shapeOf(input)}">${photograph(context, input, `The picture that is explained, with the evidence over it. ${regionsInWords(explanation)}`)}${map}</div>`;
}

type Input = ImageExplanation["input"];

const shapeOf = (input: Input): string => {
  const { width, height } = shownShape(input);
  return `aspect-ratio:${width}/${height};--ratio:${(width / height).toFixed(4)}`;
};

/** The picture of an article is defined once: its data are the largest part of the page. */
function photograph({ id }: PageContext, input: Input, label: string, box?: string): Markup {
  const { width, height } = shownShape(input);
  return html`<svg viewBox="${box ?? `0 0 ${width} ${height}`}"${box === undefined ? null : html` preserveAspectRatio="xMidYMid slice"`} role="img" aria-label="${label}"><use href="#${id}-photo"/></svg>`;
}

/** What `photograph` shows; nothing without a picture. */
function photographDefinition({ id, picture }: PageContext, input: Input): Markup | null {
  const { width, height } = shownShape(input);
  return picture === undefined
    ? null
    : html`<svg class="sr" aria-hidden="true"><defs><image id="${id}-photo" href="${picture}" width="${width}" height="${height}" preserveAspectRatio="none"/></defs></svg>`;
}

/** The drawings that the reader can choose instead of patches; the style sheet shows the one that is chosen. */
function overlays(explanation: ImageExplanation, context: PageContext): Markup {
  const { scale, ownScale, picture, palette } = context;
  const [rows, columns] = explanation.input.grid;
  const place = { left: 0, top: 0, width: columns, height: rows };
  const drawn = (shown: SignedScale, of: string) =>
    DRAWN.map((name) => {
      const settings = { palette, scale: shown, place, over: picture !== undefined, isSigned: isSigned(explanation) };
      return html`<g class="as-${name}${of}">${overlay(name, explanation, explanation.attribution, settings)}</g>`;
    });
  const both = hasOwnScale(context)
    ? html`${drawn(scale, " of-all")}${drawn(ownScale, " of-own")}`
    : html`${drawn(scale, "")}`;
  return html`<svg class="layer" viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true">${both}</svg>`;
}

/** Where on the picture the patches lie: the model may have seen only a part. */
function placeOnPicture({ width, height, seen }: Input): string {
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

/** Strongest regions of each side that are cut out. */
const CROPS = 2;
/** What is weaker on the absolute scale is no part worth showing by itself. */
export const WORTH_CUTTING = 0.3;

/** The strongest regions cut out of the picture; null without one, and where nothing stands out. */
function crops(explanation: ImageExplanation, context: PageContext): Markup | null {
  const { picture, scale, ownScale } = context;
  if (picture === undefined) return null;
  const { input } = explanation;
  const shape = shownShape(input);
  const [wide, high] = [shape.width / input.width, shape.height / input.height];
  const signs = isSigned(explanation);
  const figures = strongestRegions(explanation, Math.max(ownScale.bound, WORTH_CUTTING * scale.bound), CROPS).map(
    ({ box, attribution, share, place }) => {
      const view = [box.x * wide, box.y * high, box.width * wide, box.height * high]
        .map((length) => length.toFixed(2))
        .join(" ");
      const [side, said] = !signs ? ["ma", "matters"] : attribution < 0 ? ["op", "against"] : ["su", "for"];
      return html`<li class="${side}">${photograph(context, input, `Part of the picture at the ${place}`, view)}<span><b>${said}</b> ${percent(share, 0)}</span></li>`;
    },
  );
  return figures.length === 0
    ? null
    : html`<div class="crops"><h4>Strongest parts, with their share of the evidence</h4><ul>${figures}</ul></div>`;
}

/** A patch that is pointed at. */
export interface PatchMark {
  readonly row: number;
  readonly column: number;
  /** A sign or two: what a table calls it. */
  readonly mark: string;
}

/** The picture with marks on it beside the map, for pages without the tools of `imageSection`; the map alone without a picture. */
export function markedPicture(
  explanation: ImageExplanation,
  context: PageContext,
  marks: readonly PatchMark[],
): Markup {
  const { input } = explanation;
  const [rows, columns] = input.grid;
  const map = patchMap(explanation, "words", context);
  if (context.picture === undefined) return map;
  const drawn = marks.map(
    ({ row, column, mark }) =>
      html`${[html` class="under"`, null].map((under) => html`<rect${under} x="${column}" y="${row}" width="1" height="1"/>`)}<text x="${column + 0.5}" y="${row + 0.5}">${mark}</text>`,
  );
  const over =
    marks.length === 0
      ? null
      : html`<svg class="marks" style="${placeOnPicture(input).slice(1)}" viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true">${drawn}</svg>`;
  return html`${photographDefinition(context, input)}<div class="figures"><figure><div class="photo plain" style="${shapeOf(input)}">${photograph(context, input, "The picture that is explained")}${over}</div></figure><figure>${map}</figure></div>`;
}

export function imageSection(explanation: ImageExplanation, context: PageContext): Markup {
  const { id, scale, ownScale, picture } = context;
  const [rows, columns] = explanation.input.grid;
  const shares = `${CONTOURS.slice(0, -1)
    .map((share) => percent(share, 0))
    .join(", ")} and ${percent(CONTOURS.at(-1)!, 0)}`;
  const lines = html`<p class="about as-contours">Lines at ${shares} of the ends of the scale${isSigned(explanation) ? "; dashed lines oppose" : ""}.</p>`;
  const view = choices(`${id}-overlay`, "Show the evidence as", VIEWS, context.overlay);
  const map = patchMap(explanation, "words", context);
  const original =
    picture === undefined
      ? null
      : html`<figure><div class="photo plain" style="${shapeOf(explanation.input)}">${photograph(context, explanation.input, "The picture that is explained")}</div><figcaption>The picture</figcaption></figure>`;
  const beside =
    original === null
      ? map
      : html`<div class="figures">${original}<figure>${map}<figcaption>What counts in it</figcaption></figure>${crops(explanation, context)}</div>`;
  const opacity =
    picture === undefined
      ? null
      : html`<label class="check js" hidden>Overlay <input type="range" data-opacity min="0" max="100" value="100" autocomplete="off" aria-label="Strength of the overlay"></label>`;
  return html`<section class="view-image" aria-labelledby="${id}-text" data-own="${String(ownScale.bound)}">${photographDefinition(context, explanation.input)}<h3 id="${id}-text">What the model saw</h3><p class="about">${meaning(context, "patches")} The model reads the picture as ${rows} rows of ${columns} patches.</p>${beside}<div class="tools">${view}${opacity}${legend(context, scale)}${scaleChoice(context)}</div>${lines}<p class="details js" data-details hidden>${hint(explanation)}</p></section>`;
}
