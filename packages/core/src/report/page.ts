/** @file The frame of report pages: one file that loads nothing and runs no script. */

import { html, type Markup, trusted } from "../render/escape.ts";
import { PAGE_COLORS } from "../render/html/style.ts";

const variables = (theme: "light" | "dark"): string =>
  [
    `color-scheme:${theme}`,
    `--page:${theme === "light" ? "#ffffff" : "#17181b"}`,
    ...Object.entries(PAGE_COLORS[theme]).map(([name, color]) => `--${name}:${color}`),
  ].join(";");

const STYLE = `:root{${variables("light")}}
@media (prefers-color-scheme:dark){:root{${variables("dark")}}}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2.2rem 0 .2rem}
p,dd{margin:.2rem 0;color:var(--muted)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:var(--muted)}dd{margin:0;color:var(--ink)}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--rule);vertical-align:middle}
th{font-weight:600;color:var(--muted);font-size:.85rem}
.n{text-align:right}.control td:first-child{color:var(--muted);font-style:italic}
.warn{background:var(--warn-panel);color:var(--warn);padding:.5rem .8rem;border-radius:4px}
svg{display:block}line{stroke:var(--accent);stroke-width:2}circle{fill:var(--accent)}.control line{stroke:var(--muted)}.control circle{fill:var(--muted)}
@media print{:root{${variables("light")}}}`;

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A page. `style` is constant text of this package. */
export function page(title: string, body: Markup, style = ""): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>${title}</title><style>${trusted(STYLE + style)}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>
`.toString();
}
