/** @file Explanations as one HTML page that needs nothing else: no network, no files, no script to be read. */

import type { Explanation } from "../attribution/explanation.ts";
import { keyword } from "../errors.ts";
import { type Content, embeddedJson, html, type Markup, trusted } from "./escape.ts";
import { excerptOf, isWritten, targetName } from "./evidence.ts";
import { count } from "./format.ts";
import { targetValue } from "./head.ts";
import { blocksSection } from "./html/blocks.ts";
import { createContext, isolated, type PageContext } from "./html/context.ts";
import { entitiesSection } from "./html/entities.ts";
import { completenessSection, factsSection } from "./html/facts.ts";
import { framed } from "./html/frame.ts";
import { glossary } from "./html/glossary.ts";
import { headline, roleSection, warningBox } from "./html/head.ts";
import { imageSection, textSection } from "./html/maps.ts";
import { pairsSection } from "./html/pairs.ts";
import { answerSection, partsSection } from "./html/parts.ts";
import { rankingSection } from "./html/ranking.ts";
import { SCRIPT, SCRIPT_HASH } from "./html/script.ts";
import { changeSection, keepInMind, summaryOf } from "./html/summary.ts";
import { triedSection } from "./html/tried.ts";
import { waterfallSection } from "./html/waterfall.ts";
import { OVERLAYS, type OverlayName } from "./overlay.ts";
import { paletteOf } from "./palette.ts";
import { checkPicture } from "./picture.ts";
import { printable } from "./plain-text.ts";

export interface HtmlOptions {
  /** Title of the page. Default: the class and the model. */
  readonly title?: string;
  /** Name of a palette. Default "orange-blue". */
  readonly palette?: string;
  /** The picture that the model saw (after resizing and cropping) for each explanation, as a data URI; undefined for none. */
  readonly pictures?: readonly (string | undefined)[];
  /** How the evidence in a picture is drawn until the reader chooses. Default "smooth". */
  readonly overlay?: OverlayName;
}

const PAGE_SCRIPT: PageScript = { source: SCRIPT, hash: SCRIPT_HASH };

/** Nothing may be loaded or sent, but from and to the server of a page that asks it; scripts that may run are named by their hash. */
const policyOf = (scripts: readonly PageScript[], asksServer: boolean): string =>
  `default-src 'none'; img-src data:${asksServer ? " 'self'; connect-src 'self'" : ""}; style-src 'unsafe-inline'; script-src ${scripts.map(({ hash }) => `'${hash}'`).join(" ")}; base-uri 'none'; form-action 'none'`;

/** One explanation of a page. */
export interface PageItem {
  readonly explanation: Explanation;
  /** From 1, unique on the page; its address on the page is `itemId` of it. */
  readonly number: number;
  /** Where it came from, shown above it. */
  readonly name?: string;
  readonly picture?: string;
}

/** What a page shows besides its explanations. */
export interface PageParts extends Pick<HtmlOptions, "palette" | "overlay"> {
  /** In the bar at the top, and the title of the document. */
  readonly heading: Content;
  readonly title: string;
  /** Before the explanations. */
  readonly lead?: Markup;
  /** Constant rules of this package for it. */
  readonly style?: string;
  /** Scripts of this package for it, besides that of the explanations. */
  readonly scripts?: readonly PageScript[];
  /** Whether its scripts may ask the server that it came from. */
  readonly asksServer?: boolean;
  /** Of the frame around all that (BCP 47). */
  readonly language?: string;
}

/** A script as constant text, and its hash as policies write it. */
export interface PageScript {
  readonly source: string;
  readonly hash: string;
}

/** The id of the element of an explanation. */
export const itemId = (number: number): string => `e${number}`;

function article(context: PageContext, { number, name }: PageItem, isOnly: boolean): Markup {
  const { explanation, id } = context;
  const source = name === undefined ? null : html`<p class="source">${number}. ${isolated(name)}</p>`;
  const shown = isWritten(explanation) ? textSection(explanation, context) : imageSection(explanation, context);
  const input = html`${shown}${partsSection(context)}${answerSection(context)}${entitiesSection(context)}${pairsSection(context)}`;
  const hasItems = context.items.length > 0;
  const summary = summaryOf(context);
  const technical = html`${roleSection(context)}${warningBox(context)}${triedSection(context)}${waterfallSection(context)}${hasItems ? rankingSection(context) : null}${hasItems ? blocksSection(context) : null}${completenessSection(context)}${factsSection(context)}${glossary(context)}`;
  return html`<article id="${id}" aria-labelledby="${id}-title"${isOnly ? null : html` data-number="-${number}"`}>${source}${headline(context, summary)}${input}${changeSection(context, summary)}${keepInMind(context, summary)}<details class="technical"><summary>How this was computed <span>${technicalNote(explanation)}</span></summary>${technical}</details><script type="application/json" data-explanation>${embeddedJson(explanation)}</script></article>`;
}

/** What the technical part has, for readers who have not opened it; problems are said before that. */
function technicalNote({ warnings, blocks }: Explanation): string {
  const parts = [
    "every number",
    ...(blocks.length > 1 ? ["each layer of the model"] : []),
    "checks",
    "method and cost",
  ];
  const noted = warnings.length === 0 ? "" : `; ${count(warnings.length, "warning")}`;
  return `${parts.join(", ")}${noted}`;
}

/**
 * Makes the element of an explanation, as `explanationsPage` puts it on its page.
 *
 * @throws {InvalidOptionError} When the palette or a picture cannot be used.
 */
export function articleMaker(
  look: Pick<HtmlOptions, "palette" | "overlay">,
): (item: PageItem, isOnly?: boolean) => Markup {
  const palette = paletteOf(look.palette);
  const overlay = keyword("overlay", look.overlay ?? OVERLAYS[0], OVERLAYS);
  return (item, isOnly = false) => {
    const { explanation, number } = item;
    const picture = item.picture === undefined ? undefined : checkPicture(item.picture);
    const context = createContext(explanation, {
      id: itemId(number),
      showsSign: palette.showsSign,
      picture,
      palette,
      overlay,
    });
    return article(context, item, isOnly);
  };
}

/** A list of the explanations on the page. */
function contents(all: readonly PageItem[]): Markup {
  const items = all.map(({ explanation, number, name }) => {
    const excerpt = excerptOf(explanation);
    return html`<li><a href="#${itemId(number)}"><b>${isolated(targetName(explanation))}</b> <span>${targetValue(explanation)}</span> <span class="excerpt">${name === undefined ? "" : `${number}. `}<bdi>${excerpt}</bdi></span></a></li>`;
  });
  return html`<nav class="nav" aria-label="Explanations on this page"><ol>${items}</ol></nav>`;
}

function defaultTitle(explanations: readonly Explanation[]): string {
  const first = explanations[0];
  if (first === undefined) return "No explanations";
  if (explanations.length > 1) return `${explanations.length} explanations`;
  return `${printable(targetName(first))} ${targetValue(first)}: explanation`;
}

/**
 * One self-contained page for one explanation or several.
 *
 * The page makes no requests, follows the light or dark theme of the system, can be operated with the keyboard, read
 * aloud and printed, and shows everything but the interactive views without JavaScript. The explanations are inside
 * it as JSON.
 *
 * @throws {InvalidOptionError} When the palette or a picture cannot be used.
 */
export function renderHtml(explanation: Explanation | readonly Explanation[], options: HtmlOptions = {}): string {
  const explanations = "version" in explanation ? [explanation] : explanation;
  const { pictures = [], title = defaultTitle(explanations), ...look } = options;
  const models = [...new Set(explanations.map((each) => each.model.id))].slice(0, 3);
  const about = models.map((model, i) => html`${i === 0 ? " " : ", "}${isolated(model)}`);
  return explanationsPage(
    explanations.map((each, i) => {
      const picture = pictures[i];
      return { explanation: each, number: i + 1, ...(picture === undefined ? {} : { picture }) };
    }),
    { ...look, title, heading: options.title === undefined ? html`Explanation <span>of${about}</span>` : title },
  );
}

/**
 * A page of explanations with something before them.
 *
 * @throws {InvalidOptionError} When the palette or a picture cannot be used.
 */
export function explanationsPage(items: readonly PageItem[], parts: PageParts): string {
  const { palette: name, heading, title, lead, style = "", asksServer = false, language } = parts;
  const scripts = [PAGE_SCRIPT, ...(parts.scripts ?? [])];
  const isOnly = items.length === 1 && lead === undefined;
  const articleOf = articleMaker(parts);
  const articles = items.map((item) => articleOf(item, isOnly));
  return framed({
    title,
    heading,
    main: html`${lead}${isOnly || items.length === 0 ? null : contents(items)}${articles}`,
    palette: name,
    style,
    policy: policyOf(scripts, asksServer),
    scripts: html`${scripts.map(({ source }) => html`<script>${trusted(source)}</script>`)}`,
    skip: "Skip to the explanation",
    language,
  });
}
