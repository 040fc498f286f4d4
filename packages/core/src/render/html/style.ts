/** @file The style sheet of the HTML page: one column, quiet colours, light and dark, screen and print. */

import { hex } from "../oklab.ts";
import { type Palette, paletteOf, type Theme } from "../palette.ts";
import { SHADES } from "./heat.ts";

/** Colours of the page that are not data. Text colours have a contrast of at least 4.5:1 on the page (tested). */
export const PAGE_COLORS: Readonly<Record<Theme, Readonly<Record<string, string>>>> = {
  light: {
    ink: "#1d1f24",
    muted: "#5b5f67",
    rule: "#e3e3e1",
    panel: "#f5f5f3",
    accent: "#1f5fae",
    warn: "#8a4b00",
    "warn-panel": "#fdf3e3",
  },
  dark: {
    ink: "#e9e7e2",
    muted: "#a6a9af",
    rule: "#35373b",
    panel: "#242629",
    accent: "#8ab8f0",
    warn: "#f0b66a",
    "warn-panel": "#2e271b",
  },
};

function shades(palette: Palette): string[] {
  const lines: string[] = [];
  for (let shade = 1; shade <= SHADES; shade++) {
    lines.push(
      `--p${shade}:${hex(palette.color(shade / SHADES))}`,
      `--n${shade}:${hex(palette.color(-shade / SHADES))}`,
      `--u${shade}:${hex(palette.shade(shade / SHADES))}`,
    );
  }
  return lines;
}

/** Declarations of the variables that all other rules use: the colours of a palette in one theme. */
export function themeVariables(name: string | undefined, theme: Theme): string {
  const palette = paletteOf(name, theme);
  return [
    `color-scheme:${theme}`,
    `--page:${hex(palette.neutral)}`,
    `--heat-ink:${hex(palette.ink)}`,
    `--support:${hex(palette.support)}`,
    `--oppose:${hex(palette.oppose)}`,
    `--matters:${hex(palette.matters)}`,
    ...Object.entries(PAGE_COLORS[theme]).map(([variable, color]) => `--${variable}:${color}`),
    ...shades(palette),
  ].join(";");
}

/** The letter of a class of shades, and the variable of its full colour. */
const SIDES = [
  ["p", "support"],
  ["n", "oppose"],
  ["u", "matters"],
] as const;

/** A class for every shade: `heatClass` names them. */
export function shadeRules(): string {
  const rules: string[] = [];
  for (let shade = 1; shade <= SHADES; shade++) {
    const opacity = Math.round((85 * shade) / SHADES);
    for (const [side, full] of SIDES) {
      rules.push(`.${side}${shade}{background:var(--${side}${shade});fill:var(--${side}${shade})}`);
      const mixed = `color-mix(in srgb,var(--${full}) ${opacity}%,transparent)`;
      rules.push(`.over .${side}${shade}{background-color:${mixed};fill:${mixed}}`);
    }
  }
  return rules.join("\n");
}

/** Type, spacing, focus, choices. */
export const LAYOUT = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.55 var(--sans);overflow-wrap:break-word}
:root{
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,"Source Serif 4","Noto Serif",Georgia,serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
h1,h2,h3,h4,p,ul,ol,dl,dd,figure,table,fieldset{margin:0;padding:0}
h3{font:600 1.125rem/1.3 var(--sans)}
h4{font:600 .9375rem/1.3 var(--sans)}
a{color:var(--accent)}
bdi,q{unicode-bidi:isolate}
q{quotes:"\\201c" "\\201d"}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:start}
th{font-weight:inherit;text-align:start}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.sr{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--panel);border-radius:.375rem;z-index:9}
.skip:focus{top:.5rem}
.bar-top,main,.foot{max-width:68rem;margin-inline:auto;padding-inline:clamp(1rem,4vw,2.5rem)}
.bar-top{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between;padding-block:1rem}
.bar-top h1{font:600 .9375rem/1.4 var(--sans);min-width:0}
.bar-top h1 span{color:var(--muted);font-weight:400}
.foot{padding-block:2rem 3rem;color:var(--muted);font-size:.875rem}
main{display:block}
article{padding-block:0 2.5rem}
.view-image .about{max-width:none}
article+article{border-top:1px solid var(--rule);margin-top:1.5rem}
section{padding-block:1.5rem;border-top:1px solid var(--rule)}
.about{color:var(--muted);max-width:46rem;margin-top:.25rem;font-size:.9375rem}
.tools{display:flex;flex-wrap:wrap;gap:.75rem 1.25rem;align-items:center;margin-top:1rem}
.seg{display:inline-flex;flex-wrap:wrap;border:1px solid var(--rule);border-radius:.5rem;min-width:0;background:var(--panel);padding:.125rem}
.seg label{position:relative;cursor:pointer;font-size:.875rem;line-height:1.3}
.seg input{position:absolute;inset:0;opacity:0;margin:0;cursor:pointer}
.seg span{display:block;padding:.3rem .75rem;border-radius:.375rem;color:var(--muted)}
.seg input:checked+span{background:var(--page);color:var(--ink);box-shadow:0 0 0 1px var(--rule)}
.seg input:focus-visible+span{outline:2px solid var(--accent);outline-offset:1px}
.nav ol{list-style:none;border-top:1px solid var(--rule)}
.nav a{display:grid;grid-template-columns:minmax(6rem,11rem) 4rem minmax(0,1fr);gap:1rem;padding:.5rem 0;border-bottom:1px solid var(--rule);color:inherit;text-decoration:none}
.nav a:hover .excerpt{text-decoration:underline}
.nav .excerpt{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--muted)}
.nav b{font-weight:600;overflow:hidden;text-overflow:ellipsis}
`;

/** Warnings, the headline, the classes. */
export const HEAD = `
.warnings{border:0;border-inline-start:4px solid var(--warn);background:var(--warn-panel);border-radius:.375rem;padding:.75rem 1rem;margin-bottom:1.75rem}
.warnings ul{list-style:none;display:grid;gap:.375rem}
.warnings b{color:var(--warn)}
.head{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem 3rem;border:0;padding-block:0 1.5rem}
@media (min-width:52rem){.head{grid-template-columns:minmax(0,1.5fr) minmax(0,1fr);align-items:start}.head .classes{margin-top:.75rem}}
.head h2{font:600 clamp(1.75rem,1.2rem + 2.2vw,2.5rem)/1.1 var(--serif);letter-spacing:-.01em;display:flex;flex-wrap:wrap;gap:0 .9rem;align-items:baseline;overflow-wrap:anywhere}
.head h2 .number{font-weight:400;color:var(--muted);font-variant-numeric:lining-nums tabular-nums}
.lede{font-size:1.0625rem;margin-top:.75rem;max-width:42rem;display:grid;gap:.5rem}
.lede b{font-weight:600}
.lede q{font-family:var(--serif)}
.change p{margin-top:.375rem;max-width:46rem}
.mind ul{margin-top:.375rem;padding-inline-start:1.125rem;display:grid;gap:.25rem;color:var(--muted);font-size:.9375rem;max-width:52rem}
.mind .warning{color:var(--ink);list-style:none;margin-inline-start:-1.125rem;border-inline-start:4px solid var(--warn);background:var(--warn-panel);border-radius:.375rem;padding:.5rem .875rem}
.mind .warning b{color:var(--warn)}
.technical{border-top:1px solid var(--rule);margin-top:0}
.technical>summary{padding-block:1.25rem;font:600 1.125rem/1.3 var(--sans)}
.technical>summary span{font-weight:400;font-size:.9375rem;color:var(--muted)}
.technical>.warnings{margin-block:1rem 0}
.waterfall{width:100%;max-width:52rem;margin-top:1rem;font-size:.9375rem}
.waterfall th{width:30%;min-width:7rem;padding:.2rem .75rem .2rem 0;overflow-wrap:anywhere}
.waterfall .number{width:5.5rem;text-align:end;white-space:nowrap}
.waterfall .end>*{color:var(--muted);border-block:1px solid var(--rule)}
.waterfall .fill.mark{background:var(--ink)}
.waterfall .fill.side{opacity:.55}
.glossary{display:grid;grid-template-columns:minmax(0,max-content) minmax(0,1fr);gap:.375rem 1.25rem;margin-top:.75rem;font-size:.9375rem;max-width:52rem}
.glossary dt{font-weight:600}
@media (max-width:34rem){.glossary{grid-template-columns:minmax(0,1fr);gap:0}.glossary dd{margin-bottom:.5rem;color:var(--muted)}}
.classes{width:100%;font-size:.9375rem}
.classes caption,.rank caption,.facts h4{color:var(--muted);font:400 .8125rem/1.4 var(--sans);padding-bottom:.375rem}
.classes th{max-width:14rem;padding:.2rem .75rem .2rem 0;overflow-wrap:anywhere}
.classes td{padding:.2rem 0;text-align:end;white-space:nowrap}
.classes .track{width:48%;padding-inline-start:.75rem}
.classes .own th,.classes .own td{font-weight:600}
.fill{display:block;height:.625rem;border-radius:.2rem;background:var(--muted);min-width:1px}
.classes .own .fill{background:var(--ink)}
.su .fill,.fill.su{background:var(--support)}
.ma .fill,.fill.ma{background:var(--matters)}
.op .fill,.fill.op{background:var(--oppose)}
`;

/** Words, tokens, legends and tables. */
export const MAPS = `
.map{margin-top:1.25rem;font:400 clamp(1.125rem,1.05rem + .35vw,1.3125rem)/2.05 var(--serif);white-space:pre-wrap;max-width:60rem;font-variant-ligatures:none}
.map .w{color:var(--heat-ink);padding:.14em .07em .06em;margin-inline:-.07em;border-radius:.2em;border-bottom:2px solid transparent;-webkit-box-decoration-break:clone;box-decoration-break:clone;cursor:default;transition:background-color .15s}
.map .w:not([class*=" p"]):not([class*=" n"]):not([class*=" u"]){color:inherit}
.map .su{border-bottom-color:var(--support);border-bottom-left-radius:0;border-bottom-right-radius:0}
.map .ma{border-bottom-color:var(--matters);border-bottom-left-radius:0;border-bottom-right-radius:0}
.map .op{border-bottom:2px dashed var(--oppose);border-bottom-left-radius:0;border-bottom-right-radius:0}
.map .special{font:400 .72em/1 var(--mono);padding:.3em .4em;margin-inline:.35em;border:1px solid var(--rule);border-radius:.3em;vertical-align:.12em}
.map .special.su{border-color:var(--support)}
.map .special.ma{border-color:var(--matters)}
.map .special.op{border:1px dashed var(--oppose)}
.map .unread{color:var(--muted);text-decoration:underline dotted;text-underline-offset:.25em}
.map [aria-selected=true]{outline:2px solid var(--accent);outline-offset:1px}
.details{min-height:1.6em;margin-top:.625rem;font-size:.9375rem;color:var(--muted);max-width:60rem}
.details b{color:var(--ink);font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:.25rem .625rem;align-items:center;font-size:.8125rem;color:var(--muted);font-variant-numeric:tabular-nums}
.ramp{display:inline-grid;grid-auto-flow:column;grid-auto-columns:clamp(3px,.5vw,5px);height:.875rem;border-radius:.2rem;overflow:hidden}
.legend .key{border-bottom:2px solid var(--support);padding-bottom:1px}
.legend .key.ma{border-bottom-color:var(--matters)}
.legend .key.op{border-bottom:2px dashed var(--oppose)}
.view-text:has(:is(input[value=tokens],input[value=parts]):checked) .words,.view-text:not(:has(input[value=tokens]:checked)) .tokens,.view-text:not(:has(input[value=parts]:checked)) .parts{display:none}
.map.parts [data-name]::before{content:attr(data-name);font:600 .6875rem/1 var(--sans);letter-spacing:.02em;border:1px solid currentColor;border-radius:.25rem;padding:.15em .4em;margin-inline:.25em .5em;vertical-align:.15em;white-space:nowrap}
[data-answer] .seg span{white-space:pre-wrap}
.lists{display:grid;gap:2rem 3rem;margin-top:1.25rem;grid-template-columns:minmax(0,1fr)}
@media (min-width:48rem){.lists{grid-template-columns:repeat(2,minmax(0,1fr))}}
.rank{width:100%}
.rank caption{overflow-wrap:anywhere;font-size:.9375rem;font-weight:600;color:var(--ink)}
.rank td,.rank th{padding:.2rem .5rem .2rem 0;vertical-align:baseline}
.rank .place{color:var(--muted);font-size:.8125rem;width:1.75rem;text-align:end}
.rank th{font-family:var(--serif);font-size:1.0625rem;overflow-wrap:anywhere}
.rank .number{text-align:end;white-space:nowrap;width:4.5rem}
.rank .track{width:45%;padding-inline-end:0}
.none,.more{color:var(--muted);font-size:.9375rem;margin-top:.5rem}
details{margin-top:1.25rem}
summary{cursor:pointer;color:var(--accent);font-size:.9375rem}
.scroll{overflow:auto;margin-top:1rem;max-height:34rem;border:1px solid var(--rule);border-radius:.375rem;overscroll-behavior-x:contain}
.data{font-size:.8125rem;line-height:1.35;min-width:100%}
.data th,.data td{padding:.3rem .55rem;text-align:end;white-space:nowrap;border-bottom:1px solid var(--rule)}
.data th[scope=row],.data .text{text-align:start}
.data tr:last-child>*{border-bottom:0}
.data thead th{position:sticky;top:0;background:var(--panel);z-index:1;color:var(--muted)}
.data tbody th{position:sticky;inset-inline-start:0;background:var(--panel);z-index:1}
.data thead th:first-child{inset-inline-start:0;z-index:2;text-align:start}
.data thead th bdi{display:inline-block;max-width:9rem;overflow:hidden;text-overflow:ellipsis;vertical-align:bottom}
.data .special{font-family:var(--mono);font-size:.92em}
.data td[class^=p],.data td[class^=n],.data td[class^=u]{color:var(--heat-ink)}
.data tr.sel th{box-shadow:inset 3px 0 var(--accent);font-weight:600}
.data tr.miss>*{color:var(--warn)}
.grid tr.miss td{color:inherit}
.grid tr.miss td[class]{color:var(--heat-ink)}
.data button,.minis button{font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;cursor:pointer;text-decoration:underline dotted;text-underline-offset:.2em}
.grid td{min-width:3.1rem;border-inline-start:1px solid var(--page)}
`;

/** Nearly grey, and lighter: what is dark or coloured would hide the evidence that is laid over it. */
const PALE = "grayscale(.9) contrast(.7) brightness(1.15)";

/** Patches, small maps and what belongs to blocks. */
export const BLOCKS = `
.blocks{margin-top:1rem}
.blocks input[type=range]{flex:1 1 8rem;min-width:7rem;max-width:26rem;accent-color:var(--accent);margin:0}
.blocks .slide{display:flex;flex-wrap:wrap;gap:.5rem .875rem;align-items:center;width:100%;font-size:.9375rem}
.blocks output{font-variant-numeric:tabular-nums;min-width:6.5rem;font-weight:600}
.check{display:inline-flex;gap:.4rem;align-items:center;font-size:.875rem;color:var(--muted)}
.check input{accent-color:var(--accent);width:1rem;height:1rem;margin:0}
.check input[type=range]{width:7rem}
.block-facts{color:var(--muted);font-size:.9375rem;margin-top:.75rem;min-height:1.55em}
.sub{margin-top:2.25rem}
.trends{display:grid;gap:0 1.25rem;margin-top:1rem;grid-template-columns:minmax(4rem,max-content) minmax(0,1fr) max-content;align-items:center;max-width:60rem}
.trends .name{font-family:var(--serif);font-size:1.0625rem;max-width:11rem;overflow-wrap:anywhere;text-align:end}
.trends .number{font-variant-numeric:tabular-nums;font-size:.875rem;text-align:end}
.trends svg{display:block;width:100%;height:2.75rem;overflow:visible}
.trends .axis{display:flex;justify-content:space-between;color:var(--muted);font-size:.75rem;grid-column:2}
.trends .heading{color:var(--muted);font-size:.75rem;text-align:end}
.trends .zero{stroke:var(--muted);stroke-width:1;vector-effect:non-scaling-stroke;opacity:.55}
.trends rect{fill:var(--support)}
.trends rect.ma{fill:var(--matters)}
.trends rect.op{fill:var(--oppose)}
.trends rect.slot{fill:transparent}
.trends rect.slot.sel{fill:var(--rule);fill-opacity:.6}
.patches{position:relative;display:grid;grid-template-columns:repeat(var(--columns),1fr);width:min(100%,30rem);margin-top:1.25rem;border:1px solid var(--rule);line-height:0}
.photo{position:relative;overflow:hidden;width:min(100%,34rem,calc(21rem*var(--ratio,1)));margin-top:1rem}
.photo>img,.photo>svg{position:absolute;width:100%;height:100%;filter:${PALE}}
.photo.plain>svg,.photo.plain>img{filter:none}
.figures{display:grid;grid-template-columns:minmax(0,1fr);gap:0 1.5rem;align-items:start}
@media (min-width:40rem){.figures{grid-template-columns:repeat(2,minmax(0,max-content))}}
@media (min-width:64rem){.figures{grid-template-columns:repeat(2,minmax(0,max-content)) minmax(0,1fr)}}
.figures .photo{width:min(92vw,21rem,calc(19rem*var(--ratio,1)))}
@media (min-width:64rem){.figures .photo{width:min(24rem,calc(20rem*var(--ratio,1)))}}
@media (min-width:40rem) and (max-width:63.99rem){.figures .photo{width:min(43vw,calc(20rem*var(--ratio,1)))}}
.figures figcaption{color:var(--muted);font-size:.8125rem;margin-top:.25rem}
.crops{margin-top:1rem;grid-column:1/-1}
@media (min-width:64rem){.crops{grid-column:auto}}
.crops h4{font-size:.8125rem;color:var(--muted);font-weight:400}
.crops ul{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(5rem,1fr));gap:.5rem .625rem;margin-top:.375rem;max-width:26rem}
.crops svg{display:block;width:100%;height:6rem;background:var(--panel);border:3px solid var(--support);border-radius:.25rem}
.crops .op svg{border:3px dashed var(--oppose)}
.crops .ma svg{border-color:var(--matters)}
.crops span{display:block;font-size:.8125rem;line-height:1.35;color:var(--muted);margin-top:.25rem}
.crops b{color:var(--ink);font-weight:600}
.layer{opacity:var(--overlay,1)}
.photo .patches{position:absolute;margin:0;border:0;outline:1px solid var(--rule);box-shadow:0 0 0 100vmax color-mix(in srgb,var(--page) 55%,transparent);grid-auto-rows:1fr}
.photo .patches .w{aspect-ratio:auto}
.patches .w{aspect-ratio:1;cursor:default;transition:background-color .15s}
.patches .op{background-image:repeating-linear-gradient(45deg,transparent 0 4px,color-mix(in srgb,var(--oppose) 55%,transparent) 4px 5px)}
.over .op{background-image:repeating-linear-gradient(45deg,transparent 0 5px,var(--page) 5px 6px,var(--oppose) 6px 7px)}
.photo .patches .w{opacity:var(--overlay,1)}
.patches [aria-selected=true]{outline:2px solid var(--accent);outline-offset:-1px;position:relative}
.minis{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.5rem,1fr));gap:1rem;margin-top:1rem;list-style:none}
.minis svg{display:block;width:100%;border:1px solid var(--rule)}
.minis use{filter:${PALE}}
.layer{position:absolute;inset:0;width:100%;height:100%;pointer-events:none}
.layer path,.minis .as-contours path{vector-effect:non-scaling-stroke}
article:has(input[value=smooth]:checked) :is(.as-patches,.as-contours),article:has(input[value=patches]:checked) :is(.as-smooth,.as-contours),article:has(input[value=contours]:checked) :is(.as-smooth,.as-patches){display:none}
.view-image:not(:has(input[value=patches]:checked)) .patches .w,.patches.drawn .w{background:none!important}
article:has(input[value=contours]:checked) :is(.view-image .photo>svg,.minis use){filter:none}
article:has([data-relative]:checked) .of-all,article:not(:has([data-relative]:checked)) .of-own{display:none}
.minis .as-patches path{stroke:var(--heat-ink);stroke-width:.12;fill:none}
.minis .sel svg{outline:2px solid var(--accent)}
.minis span{font-size:.8125rem;color:var(--muted)}
.minis .miss span{color:var(--warn)}
.facts{display:grid;gap:1.75rem 3rem;margin-top:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr))}
.facts dl{display:grid;grid-template-columns:minmax(6rem,max-content) minmax(0,1fr);gap:.25rem 1rem;font-size:.9375rem}
.facts dt{color:var(--muted)}
.facts dd{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.facts .hash{font-family:var(--mono);font-size:.8125rem}
.button{font:inherit;font-size:.9375rem;padding:.45rem 1rem;border:1px solid var(--rule);border-radius:.5rem;background:var(--panel);color:var(--ink);cursor:pointer}
.button:hover{border-color:var(--muted)}
@media (max-width:30rem){
.nav a{grid-template-columns:minmax(0,1fr) max-content}
.nav .excerpt{grid-column:1/-1}
.trends{gap:0 .75rem}
.trends .name{max-width:6.5rem;font-size:1rem}
.rank .track{width:30%}
.classes .track{width:36%}
}
`;

const PRINT = `
@media (prefers-reduced-motion:reduce){*,*::before,*::after{transition:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){.map .su,.map .ma{border-bottom:2px solid CanvasText}.map .op{border-bottom:2px dashed CanvasText}.fill,.ramp i,.patches .w,.data td{forced-color-adjust:none}}
@media print{
details::details-content{content-visibility:visible;display:block;height:auto}
body{font-size:10.5pt}
.bar-top,main,.foot{max-width:none;padding-inline:0}
.theme,.tools .seg,.js,.skip,.grid-part.long,.button{display:none!important}
section,.rank tr,.trends>*,.facts>*{break-inside:avoid}
section{padding-block:1rem}
.scroll{overflow:visible;max-height:none;border:0}
.data thead th,.data tbody th{position:static}
.map{line-height:1.9;font-size:12pt}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;

/** The whole style sheet, with the colours of a palette for both themes. The theme follows the system or the choice. */
export function styleSheet(palette: string | undefined): string {
  const dark = themeVariables(palette, "dark");
  return [
    `:root{${themeVariables(palette, "light")}}`,
    `@media screen and (prefers-color-scheme:dark){:root:not(:has(#theme-light:checked)){${dark}}}`,
    `@media screen{:root:has(#theme-dark:checked){${dark}}}`,
    LAYOUT,
    HEAD,
    MAPS,
    BLOCKS,
    shadeRules(),
    PRINT,
  ].join("\n");
}
