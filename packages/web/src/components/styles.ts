/** @file The look of the components: the rules and colours of the rendered page, inside a shadow root. */

import { BLOCKS, MAPS, shadeRules, themeVariables } from "@calig/core/internal/render/html/style";
import { type CSSResult, css, unsafeCSS } from "lit";

/** Colours that follow the system, or the attribute `theme` ("light", "dark"). */
export const themeStyles = (palette?: string): CSSResult =>
  unsafeCSS(`
:host{${themeVariables(palette, "light")};
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,"Source Serif 4","Noto Serif",Georgia,serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){${themeVariables(palette, "dark")}}}
:host([theme=dark]){${themeVariables(palette, "dark")}}
`);

/** Everything inside a component. */
export const componentStyles: CSSResult = css`
  :host {
    display: block;
    color: var(--ink);
    background: var(--page);
    font: 1rem/1.55 var(--sans);
    overflow-wrap: break-word;
  }
  :host([hidden]) { display: none; }
  *, *::before, *::after { box-sizing: border-box; }
  p, table, figure, ul, fieldset { margin: 0; padding: 0; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th { font-weight: inherit; text-align: start; }
  bdi { unicode-bidi: isolate; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
  .sr {
    position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap;
  }
  .state { color: var(--muted); padding-block: .5rem; }
  .state.error { color: var(--warn); }
  ${unsafeCSS(MAPS)}
  ${unsafeCSS(BLOCKS)}
  ${unsafeCSS(shadeRules())}
  .tools { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; }
  .legend { margin-block: .75rem 0; }
  .map { margin-top: .75rem; }
  .photo, .patches { margin-top: .5rem; }
  figure, h4 { margin: 0; }
  .grid td { cursor: default; }
  .grid td:focus-visible, .grid [aria-selected="true"] {
    outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 0;
  }
  .grid th button { width: 100%; text-align: start; }
  .minis button { display: block; width: 100%; text-align: start; text-decoration: none; }
  .minis { padding: 0; }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { transition: none !important; scroll-behavior: auto !important; }
  }
  @media (forced-colors: active) {
    .map .su { border-bottom: 2px solid CanvasText; }
    .map .op { border-bottom: 2px dashed CanvasText; }
    .ramp i, .patches .w, .data td { forced-color-adjust: none; }
  }
`;
