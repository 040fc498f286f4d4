/** @file The style of the browser of explanations: below the verdict a list that never takes more than 392 px. */

export const BROWSE_STYLE = `
.verdict h2,.browse h2,.opened .bar h2{font:600 1.25rem/1.3 var(--sans)}
.verdict{border-top:0;padding-block:.25rem 1.25rem}
.browse{padding-block:1.25rem}
.verdict .said{font-size:1.0625rem;margin-top:.5rem;max-width:48rem}
.verdict .warnings{margin:1rem 0 0}
.verdict .parts{display:grid;gap:1rem 3rem;margin-top:1rem;grid-template-columns:minmax(0,1fr)}
@media (min-width:52rem){.verdict .parts{grid-template-columns:minmax(0,1fr) minmax(0,1.4fr)}}
.verdict table{width:100%;font-size:.9375rem}
.verdict th,.verdict td{padding:.2rem .75rem .2rem 0;vertical-align:baseline}
.verdict td{text-align:end}
.verdict thead th{color:var(--muted);font-size:.8125rem}
.verdict thead th+th{text-align:end}
.verdict tbody th{overflow-wrap:anywhere}
.verdict dl{display:grid;gap:.4rem 1rem;grid-template-columns:minmax(0,max-content) minmax(0,1fr);font-size:.9375rem}
.verdict dt{color:var(--muted);max-width:14rem;overflow-wrap:anywhere}
.chip{font:1rem var(--serif);color:var(--ink);background:none;border:0;border-bottom:2px solid var(--support);padding:0 .1rem;margin-inline-end:.6rem;cursor:pointer}
.chip.op{border-bottom:2px dashed var(--oppose)}
.filters{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin-top:.75rem;font-size:.875rem}
.filters label{display:grid;gap:.15rem;color:var(--muted);min-width:0}
.filters input,.filters select{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--muted);border-radius:.375rem;padding:.3rem .4rem;width:7.9rem;height:2.1rem;margin:0}
.filters label:has([name=side]){margin-inline-start:-.25rem}
.filters label:has([name=side]) select{width:6.5rem}
.filters label:has([name=order]) select{width:9.5rem}
.filters .button{height:2.1rem;font-size:.875rem;padding:.3rem .75rem}
.found{color:var(--muted);font-size:.875rem;margin-top:.5rem;font-variant-numeric:tabular-nums}
.rows{--row:56px;position:relative;height:392px;overflow:auto;margin-top:.5rem;border:1px solid var(--rule);border-radius:.375rem;overscroll-behavior:contain;contain:strict}
.all-rows{position:relative;width:100%}
.row{position:absolute;inset:0 0 auto;display:grid;grid-template-columns:15rem minmax(0,1fr);gap:0 1rem;align-items:center;padding:0 .75rem;border-bottom:1px solid var(--rule);cursor:pointer;overflow:hidden}
.row:has(.thumb){grid-template-columns:15rem 3.25rem minmax(0,1fr)}
.row:hover{background:var(--panel)}
.row[aria-selected=true]{background:var(--panel);box-shadow:inset 3px 0 var(--accent)}
.row .what{min-width:0;font-size:.875rem;line-height:1.4;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.row .value,.row .source-name{color:var(--muted);font-variant-numeric:tabular-nums}
.row .source-name{font-size:.8125rem;overflow:hidden;text-overflow:ellipsis}
.flag{font-size:.75rem;padding:.05rem .4rem;border:1px solid var(--muted);border-radius:1rem;color:var(--muted)}
.flag.wrong,.flag.warned{border-color:var(--warn);color:var(--warn);background:var(--warn-panel)}
.row .line{margin:0;max-width:none;font:400 .9375rem/1.5 var(--serif);display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;white-space:normal;overflow-wrap:anywhere}
.row .line .w{padding:0 .05em;margin:0}
.thumb{position:relative;width:3rem;height:3rem;overflow:hidden;border:1px solid var(--rule)}
.thumb img,.thumb svg{position:absolute;inset:0;width:100%;height:100%}
.thumb img{filter:grayscale(.9) contrast(.7) brightness(1.15)}
.opened .bar{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:center;justify-content:space-between}
.opened .bar h2:focus{outline:none}
.opened .steps{display:flex;gap:.5rem}
.numbers>summary{font-size:1.0625rem}
@media (max-width:44rem){
.verdict dl{grid-template-columns:minmax(0,1fr);gap:0}
.verdict dd{margin-bottom:.5rem;overflow-wrap:anywhere}
.rows{--row:98px}
.row,.row:has(.thumb){grid-template-columns:minmax(0,1fr);align-content:center;gap:.1rem .75rem}
.row:has(.thumb){grid-template-columns:3.25rem minmax(0,1fr)}
.row:has(.thumb) .what{grid-column:1/-1}
.filters label{flex:1 1 8rem}
.filters label input,.filters label select{width:100%!important}
}
@media print{.filters,.rows,.found,.opened .steps{display:none}}
`;
