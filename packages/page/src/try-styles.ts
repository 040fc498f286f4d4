/** @file The look of <calig-try>. What is taken away is struck through or hatched: it shows without colour. */

export const TRY = `
calig-try{display:block}
.try-words{font:400 1.25rem/2 var(--serif);white-space:pre-wrap;overflow-wrap:anywhere}
.try-word{font:inherit;color:inherit;background:none;border:0;border-bottom:2px dotted var(--muted);border-radius:.2rem;padding:0 .1em;min-height:1.75rem;cursor:pointer;white-space:pre-wrap}
.try-word:hover{background:var(--panel)}
.try-word[aria-pressed=true]{color:var(--muted);text-decoration:line-through;text-decoration-thickness:2px;border-bottom-style:solid}
.try-photo{position:relative;overflow:hidden;width:min(100%,24rem);margin-top:1rem}
.try-photo img{position:absolute;width:100%;height:100%}
.try-patches{position:absolute;display:grid;grid-template-columns:repeat(var(--columns),1fr);grid-auto-rows:1fr}
.try-patch{background:none;border:1px solid color-mix(in srgb,var(--page) 45%,transparent);padding:0;cursor:pointer;min-width:0}
.try-patch:hover{outline:2px solid var(--accent);outline-offset:-2px}
.try-patch[aria-pressed=true]{background:repeating-linear-gradient(45deg,var(--panel) 0 5px,var(--muted) 5px 7px)}
.try-answer{margin-top:.75rem;min-height:3rem}
.try-table{border-collapse:collapse;margin-top:.5rem}
.try-table th,.try-table td{padding:.25rem 1.25rem .25rem 0;text-align:start;border-bottom:1px solid var(--rule);font-weight:400}
.try-table td,.try-table th:not(:first-child){text-align:end;font-variant-numeric:tabular-nums}
.try-table .own :is(th,td){font-weight:600}
@media (forced-colors:active){.try-patch[aria-pressed=true]{forced-color-adjust:none}}
@media print{.try{display:none!important}}
`;
