/** @file The frame of every HTML page: policy, style sheet, the bar with the choice of a theme, the foot. */

import { type Content, html, type Markup, trusted } from "../escape.ts";
import { type FrameWords, frameWords } from "./frame-words.ts";
import { choices } from "./maps.ts";
import { styleSheet } from "./style.ts";

/** What a page is made of. */
export interface Frame {
  readonly title: string;
  /** In the bar at the top. */
  readonly heading: Content;
  readonly main: Markup;
  readonly palette?: string | undefined;
  /** Constant rules of this package besides those that all pages share. */
  readonly style?: string;
  /** What the page may do besides showing itself: directives of its content security policy. */
  readonly policy?: string;
  /** Constant scripts of this package. */
  readonly scripts?: Markup;
  /** What the link says that keyboards meet first. */
  readonly skip: string;
  /** Of the frame (BCP 47): English, unless it is one of `FrameWords`. */
  readonly language?: string | undefined;
}

/** Nothing is loaded and nothing is sent. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The theme follows the system until the reader chooses; the style sheet does that without a script. */
const themeChoice = ({ colours, themes: { auto, light, dark } }: FrameWords): Markup =>
  html`<div class="theme">${choices("theme", colours, [
    ["auto", auto],
    ["light", light],
    ["dark", dark],
  ])}</div>`;

export function framed({ title, heading, main, palette, style = "", policy, scripts, skip, language }: Frame): string {
  const words = frameWords(language);
  return html`<!doctype html>
<html lang="${words.code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy ?? POLICY}">
<meta name="generator" content="calig">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(styleSheet(palette) + style)}</style>
</head>
<body>
<a class="skip" href="#main">${words.skip ?? skip}</a>
<header class="bar-top"><h1>${heading}</h1>${themeChoice(words)}</header>
<main id="main">${main}</main>
<footer class="foot"><p>${words.foot}</p></footer>
${scripts ?? null}</body>
</html>
`.toString();
}
