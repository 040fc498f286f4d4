/** @file The frame of every HTML page: policy, style sheet, the bar with the choice of a theme, the foot. */

import { type Content, html, type Markup, trusted } from "../escape.ts";
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
}

/** Nothing is loaded and nothing is sent. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The theme follows the system until the reader chooses; the style sheet does that without a script. */
const themeChoice = (): Markup =>
  html`<div class="theme">${choices("theme", "Colours of the page", [
    ["auto", "Auto"],
    ["light", "Light"],
    ["dark", "Dark"],
  ])}</div>`;

export function framed({ title, heading, main, palette, style = "", policy, scripts, skip }: Frame): string {
  return html`<!doctype html>
<html lang="en">
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
<a class="skip" href="#main">${skip}</a>
<header class="bar-top"><h1>${heading}</h1>${themeChoice()}</header>
<main id="main">${main}</main>
<footer class="foot"><p>Made with calig. This page makes no external requests.</p></footer>
${scripts ?? null}</body>
</html>
`.toString();
}
