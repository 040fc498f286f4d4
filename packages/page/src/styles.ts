/** @file The look of the page: that of rendered explanations, and what only the page has. */

import { BLOCKS, HEAD, LAYOUT, MAPS, shadeRules, themeVariables } from "@calig/core/internal/render/html/style";
import { TRY } from "./try-styles.ts";

const PAGE = `
calig-app{display:block}
.wide{max-width:84rem;margin-inline:auto;padding-inline:clamp(1rem,4vw,2.5rem)}
.top{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between;padding-block:1rem}
.top h1{font:600 1.125rem/1.4 var(--sans)}
.top h1 span{color:var(--muted);font-weight:400;font-size:.9375rem}
.top .end{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
.place{color:var(--muted);font-size:.875rem}
form{border-top:1px solid var(--rule);padding-block:1.25rem}
.field{display:grid;gap:.25rem;min-width:0}
.field>span,.field>label{font-size:.875rem;color:var(--muted)}
textarea,select,.button,input[type=password],input[type=text]{font:inherit;color:inherit;background:var(--page);border:1px solid var(--muted);border-radius:.5rem}
textarea{width:100%;min-height:5.5rem;padding:.75rem .875rem;resize:vertical;font:400 1.125rem/1.5 var(--serif)}
select{padding:.45rem .5rem;min-width:0;width:100%;font-size:.9375rem}
input[type=password],input[type=text]{padding:.45rem .5rem}
.choices input[type=text]{min-width:0;width:100%;font-size:.9375rem}
.more-options{margin-top:.75rem}
.more-options summary{cursor:pointer;color:var(--muted);font-size:.9375rem}
input[type=color]{width:100%;height:2.375rem}
.button{padding:.5rem 1rem;cursor:pointer;font-size:.9375rem}
.button:hover{background:var(--panel)}
.button.main{background:var(--ink);color:var(--page);border-color:var(--ink);font-weight:600}
.button.main:hover{opacity:.88}
.button.small{padding:.25rem .625rem;font-size:.875rem}
.button[disabled]{opacity:.5;cursor:default}
.choices{display:grid;gap:.75rem 1rem;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));margin-top:1rem;align-items:end}
.choices.questions{grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr))}
.prompt{display:grid;gap:.875rem}.prompt>.seg,.prompt>.check{justify-self:start}
.prompt .answers{display:grid;gap:.75rem 1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr))}
.prompt .answers input{width:100%;min-width:0}
.prompt .labels summary{cursor:pointer;color:var(--muted);font-size:.9375rem}
.prompt .labels textarea{min-height:4.5rem;font-size:1rem}
.blocks .token{white-space:pre-wrap}
.messages{list-style:none;padding:0;display:grid;gap:.5rem;margin-block:.375rem .625rem}
.message{display:grid;gap:.5rem;grid-template-columns:8rem minmax(0,1fr) max-content;align-items:start}
.message textarea{min-height:3.25rem;padding:.4rem .625rem;font-size:1rem}
.part-list{list-style:none;padding:0;display:grid;gap:.375rem;margin-bottom:.5rem}
.part-list li{display:flex;flex-wrap:wrap;gap:.375rem .75rem;align-items:center;min-width:0}
.part-list input{width:9rem}
.part-list .excerpt{color:var(--muted);min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;flex:0 1 auto;max-width:100%}
.answer-tokens .seg span{white-space:pre-wrap}
.classes .ask{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:start;white-space:pre-wrap;text-decoration:underline dotted;text-underline-offset:.2em;min-width:1.5rem;min-height:1.5rem}
.classes .ask:hover{color:var(--accent)}
@media (max-width:34rem){.message{grid-template-columns:minmax(0,1fr) max-content}.message>:nth-child(2){grid-column:1/-1;grid-row:2}}
.drop{border:1.5px dashed var(--muted);border-radius:.5rem;padding:1rem;display:flex;flex-wrap:wrap;gap:.75rem 1rem;align-items:center;min-height:5.5rem}
.drop img{max-height:8rem;max-width:100%;border-radius:.25rem}
body.dragging .drop{border-color:var(--accent);background:var(--panel)}
.actions{display:flex;flex-wrap:wrap;gap:.75rem 1rem;align-items:center;margin-top:1rem}
.folder{margin-inline-start:auto;display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:center;font-size:.875rem;color:var(--muted)}
.folder input{max-width:15rem;color:inherit}
.examples{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1rem;list-style:none;padding:0}
.working{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;padding-block:1.5rem}
progress{flex:1 1 12rem;max-width:28rem;accent-color:var(--accent);height:.75rem}
.empty{padding-block:2rem;border-top:1px solid var(--rule);color:var(--muted);max-width:46rem}
.empty h2{font:600 1.25rem/1.3 var(--serif);color:var(--ink)}
.problem{border-inline-start:4px solid var(--warn);background:var(--warn-panel);border-radius:.375rem;padding:.75rem 1rem;margin-block:1.25rem}
.problem b{color:var(--warn)}
.pair{display:grid;gap:0 3rem;grid-template-columns:minmax(0,1fr)}
@media (min-width:64rem){.pair.two{grid-template-columns:repeat(2,minmax(0,1fr))}}
.pair.two .head,.pair.two .lists{grid-template-columns:minmax(0,1fr)}
.pair.two .head h2{font-size:clamp(1.5rem,1.1rem + 1.6vw,2.125rem)}
calig-result{display:block;border-top:1px solid var(--rule);padding-block:1.5rem 2rem;min-width:0}
calig-result section{padding-block:1.5rem}
calig-result .technical{padding-bottom:.5rem}calig-result>.actions{border-top:1px solid var(--rule);padding-top:1rem;margin-top:0}
.technical .badges{margin-block:.75rem .25rem}
ul.warnings{list-style:none;margin-inline:0;margin-top:1rem;display:grid;gap:.375rem}
.made{color:var(--muted);font-size:.9375rem}
.badge{display:inline-flex;gap:.45rem;align-items:center;border:1px solid var(--rule);border-radius:1rem;padding:.15rem .75rem;font-size:.875rem;background:var(--panel)}
.badge::before{content:"";width:.6rem;height:.6rem;border-radius:50%;background:var(--muted)}
.badge.complete::before{background:var(--accent)}
.badge.incomplete{color:var(--warn);background:var(--warn-panel);border-color:var(--warn)}
.badge.incomplete::before{background:var(--warn);border-radius:0}
.badges{display:flex;flex-wrap:wrap;gap:.5rem .875rem;align-items:center;margin-bottom:.875rem}
.history{border-top:1px solid var(--rule);padding-block:1.25rem}
.history ol{list-style:none;padding:0;margin-top:.5rem;display:grid}
.history li button{display:grid;grid-template-columns:minmax(6rem,11rem) minmax(0,1fr);gap:1rem;width:100%;text-align:start;font:inherit;color:inherit;background:none;border:0;border-bottom:1px solid var(--rule);padding:.5rem 0;cursor:pointer}
.history li button:hover .excerpt{text-decoration:underline}
.history .excerpt{color:var(--muted);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.wide-table{overflow-x:auto;margin-top:1rem}.heads{border-collapse:collapse;font-size:.9375rem}.heads:not(.checks) td:last-child{white-space:nowrap}.checks :is(th,td){vertical-align:top;text-align:start}
.heads th,.heads td{padding:.25rem .75rem .25rem 0;text-align:start;border-bottom:1px solid var(--rule)}.heads td.number{text-align:end;white-space:nowrap}
.strip{min-width:10rem;line-height:0;white-space:nowrap}.strip i{display:inline-block;width:.5rem;height:1.1rem;forced-color-adjust:none}
@media (max-width:30rem){.history li button{grid-template-columns:minmax(0,1fr);gap:0}.actions .button.main{flex:1 1 100%}}
@media (prefers-reduced-motion:reduce){*,*::before,*::after{transition:none!important;animation:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){.fill{forced-color-adjust:none}.badge{border-color:CanvasText}}
@media print{form,.top .end,.history,.tools,.folder,.actions,.examples{display:none!important}}
`;

/** The style sheet of the page, in the colours of the system or of the attribute data-theme of the root. */
export function pageStyles(): string {
  const dark = themeVariables(undefined, "dark");
  return [
    `:root{${themeVariables(undefined, "light")}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}`,
    `:root[data-theme=dark]{${dark}}`,
    LAYOUT,
    HEAD,
    MAPS,
    BLOCKS,
    shadeRules(),
    PAGE,
    TRY,
  ].join("\n");
}
