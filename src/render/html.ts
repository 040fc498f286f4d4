/** @file Explanations as one HTML page that needs nothing else: no network, no files, no script to be read. */

import type { Explanation, ImageExplanation } from "../attribution/explanation.ts";
import { keyword } from "../errors.ts";
import { embeddedJson, html, type Markup, trusted } from "./escape.ts";
import { isText, targetName } from "./evidence.ts";
import { percent } from "./format.ts";
import { blocksSection } from "./html/blocks.ts";
import { createContext, isolated, type PageContext } from "./html/context.ts";
import { completenessSection, factsSection } from "./html/facts.ts";
import { headline, warningBox } from "./html/head.ts";
import { choices, imageSection, textSection } from "./html/maps.ts";
import { rankingSection } from "./html/ranking.ts";
import { SCRIPT, SCRIPT_HASH } from "./html/script.ts";
import { styleSheet } from "./html/style.ts";
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

/** Nothing may be loaded or sent; the one script that may run is named by its hash. */
const POLICY = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;

function article(context: PageContext, number: number, isOnly: boolean): Markup {
  const { explanation, id } = context;
  const input = isText(explanation)
    ? textSection(explanation, context)
    : imageSection(explanation as ImageExplanation, context);
  const hasItems = context.items.length > 0;
  return html`<article id="${id}" aria-labelledby="${id}-title"${isOnly ? null : html` data-number="-${number}"`}>${warningBox(context)}${headline(context)}${input}${hasItems ? rankingSection(context) : null}${hasItems ? blocksSection(context) : null}${completenessSection(context)}${factsSection(context)}<script type="application/json" data-explanation>${embeddedJson(explanation)}</script></article>`;
}

/** A list of the explanations on the page. */
function contents(explanations: readonly Explanation[]): Markup {
  const items = explanations.map((explanation, i) => {
    const { target, input } = explanation;
    const excerpt =
      input.kind === "text" ? printable(input.text).slice(0, 200) : `image of ${input.width} x ${input.height} pixels`;
    return html`<li><a href="#e${i + 1}"><b>${isolated(targetName(explanation))}</b> <span>${percent(target.probability)}</span> <span class="excerpt"><bdi>${excerpt}</bdi></span></a></li>`;
  });
  return html`<nav class="nav" aria-label="Explanations on this page"><ol>${items}</ol></nav>`;
}

function defaultTitle(explanations: readonly Explanation[]): string {
  const first = explanations[0];
  if (first === undefined) return "No explanations";
  if (explanations.length > 1) return `${explanations.length} explanations`;
  return `${printable(targetName(first))} ${percent(first.target.probability)}: explanation`;
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
  const { palette: name, pictures = [], title = defaultTitle(explanations) } = options;
  const palette = paletteOf(name);
  const overlay = keyword("overlay", options.overlay ?? OVERLAYS[0], OVERLAYS);
  const articles = explanations.map((each, i) => {
    const picture = pictures[i] === undefined ? undefined : checkPicture(pictures[i]);
    const context = createContext(each, {
      id: `e${i + 1}`,
      showsSign: palette.showsSign,
      picture,
      palette,
      overlay,
    });
    return article(context, i + 1, explanations.length === 1);
  });
  const models = [...new Set(explanations.map((each) => each.model.id))].slice(0, 3);
  const about = models.map((model, i) => html`${i === 0 ? " " : ", "}${isolated(model)}`);
  const theme = html`<div class="theme">${choices("theme", "Colours of the page", [
    ["auto", "Auto"],
    ["light", "Light"],
    ["dark", "Dark"],
  ])}</div>`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="calig">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(styleSheet(name))}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the explanation</a>
<header class="bar-top"><h1>${options.title === undefined ? html`Explanation <span>of${about}</span>` : title}</h1>${theme}</header>
<main id="main">${explanations.length > 1 ? contents(explanations) : null}${articles}</main>
<footer class="foot"><p>Made with calig. This page works offline and sends nothing anywhere.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`;
  return page.toString();
}
