/** @file A tuning as Markdown and as a page: what was chosen, whether it holds, and how sensitive the metric is to lambda. */

import type { Tuning, TuningCandidate } from "../evaluation/tune.ts";
import { html, type Markup } from "../render/escape.ts";
import { fixed, signed } from "../render/format.ts";
import { code, plain, table } from "../render/markdown-text.ts";
import { page } from "./page.ts";
import { replacementText } from "./removed.ts";

/** Candidates that are listed. */
const ROWS = 12;
const DECIMALS = 4;
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [420, 220, 60, 28, 10] as const;

/** What the numbers say, in one sentence. */
export function tuningVerdict({ accepted, chosen, defaults, gain, metric, dataset }: Tuning): string {
  const others = `the ${dataset.confirming} inputs that it was not chosen on`;
  if (chosen === defaults || chosen.name === defaults.name) {
    return `The defaults (${defaults.name}) are best on the ${dataset.choosing} inputs that choose: nothing to change`;
  }
  const size = `${signed(gain.value, DECIMALS)} (${signed(gain.low, DECIMALS)} to ${signed(gain.high, DECIMALS)}, p = ${fixed(gain.pValue, 3)})`;
  return accepted
    ? `"${chosen.name}" beats the defaults in ${metric.name} by ${size} on ${others}`
    : `"${chosen.name}" is best on the inputs that choose, but on ${others} its gain in ${metric.name} over the defaults is within chance: ${size}; the defaults stay`;
}

/** What was tried and how, as names and values. */
export function tuningFacts({ model, dataset, settings, metric, candidates }: Tuning): (readonly [string, string])[] {
  return [
    ["model", `${model.id} (${model.family}, ${model.blocks} blocks)`],
    ["data set", `${dataset.name}: ${dataset.choosing} inputs choose, ${dataset.confirming} others confirm`],
    [
      "metric",
      `${metric.name}, ${metric.better} is better; removed ${settings.features}s become ${settings.replacements.map(replacementText).join(", ")}`,
    ],
    ["tried", `${candidates.length} combinations of fusion, lambda and layer weights, seed ${settings.seed}`],
  ];
}

/** The candidates that are worth a look: the best, and the defaults. */
export function shownCandidates({ candidates, defaults }: Tuning): readonly TuningCandidate[] {
  const best = candidates.slice(0, ROWS);
  return best.some(({ name }) => name === defaults.name) ? best : [...best, defaults];
}

export function tuningMarkdown(tuning: Tuning): string {
  const facts = tuningFacts(tuning).map(([name, value]) => `- ${name}: ${plain(value)}`);
  const rows = shownCandidates(tuning).map(({ name, choosing, confirming }) => [
    `${code(name)}${name === tuning.defaults.name ? " (default)" : ""}`,
    fixed(choosing, DECIMALS),
    fixed(confirming, DECIMALS),
  ]);
  return [
    "# Tuning of CA-LIG",
    facts.join("\n"),
    ...tuning.warnings.map(({ code: name, message }) => `> **Warning** (${plain(name)}): ${plain(message)}`),
    `**${plain(tuningVerdict(tuning))}.**`,
    table(["Settings", "Inputs that choose", "Other inputs"], ["left", "right", "right"], rows),
  ]
    .join("\n\n")
    .concat("\n");
}

export function tuningHtml(tuning: Tuning): string {
  const { warnings, defaults, metric } = tuning;
  const facts = tuningFacts(tuning).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  const rows = shownCandidates(tuning).map(
    ({ name, choosing, confirming }) =>
      html`<tr><td>${name}${name === defaults.name ? " (default)" : ""}</td><td class="n">${fixed(choosing, DECIMALS)}</td><td class="n">${fixed(confirming, DECIMALS)}</td></tr>`,
  );
  const warned = warnings.map(({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`);
  return page(
    `Tuning of CA-LIG: ${tuning.model.id} on ${tuning.dataset.name}`,
    html`<dl>${facts}</dl>${warned}<p><b>${tuningVerdict(tuning)}.</b></p><div class="wide"><table><thead><tr><th>settings</th><th class="n">inputs that choose</th><th class="n">other inputs</th></tr></thead><tbody>${rows}</tbody></table></div><h2>Sensitivity to lambda</h2><p>${metric.name} of additive fusion with uniform layer weights on all inputs; lambda 0 is attention evidence alone, 1 the integrals alone.</p>${lambdaPlot(tuning)}`,
  );
}

/** The metric over lambda, with the default settings as a line across. */
function lambdaPlot({ candidates, defaults, dataset }: Tuning): Markup {
  const { choosing, confirming } = dataset;
  const onAll = (c: TuningCandidate) => (choosing * c.choosing + confirming * c.confirming) / (choosing + confirming);
  const points = candidates
    .filter(({ fusion, weights }) => fusion === "additive" && weights === "uniform")
    .sort((a, b) => a.lambda - b.lambda)
    .map((candidate) => ({ lambda: candidate.lambda, value: onAll(candidate) }));
  const usual = onAll(defaults);
  const values = [...points.map(({ value }) => value), usual];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (lambda: number) => (LEFT + (WIDTH - LEFT - 20) * lambda).toFixed(1);
  const y = (value: number) =>
    (HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * (value - low)) / (high > low ? high - low : 1)).toFixed(1);
  const dots = points.map(({ lambda, value }) => html`<circle cx="${x(lambda)}" cy="${y(value)}" r="4"/>`);
  const lines = points.slice(1).map(({ lambda, value }, i) => {
    const before = points[i] as (typeof points)[number];
    return html`<line x1="${x(before.lambda)}" y1="${y(before.value)}" x2="${x(lambda)}" y2="${y(value)}"/>`;
  });
  const ticks = points.map(
    ({ lambda }) => html`<text x="${x(lambda)}" y="${HEIGHT - 8}" text-anchor="middle">${lambda}</text>`,
  );
  const label = points.map(({ lambda, value }) => `lambda ${lambda}: ${fixed(value, DECIMALS)}`).join(", ");
  return html`<svg width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${`${label}; defaults: ${fixed(usual, DECIMALS)}`}" font-size="12" fill="currentColor"><g class="control"><line x1="${LEFT}" y1="${y(usual)}" x2="${WIDTH - 20}" y2="${y(usual)}" stroke-dasharray="4 4"/></g>${lines}${dots}${ticks}<text x="${LEFT - 8}" y="${y(high)}" text-anchor="end" dy=".4em">${fixed(high, 3)}</text><text x="${LEFT - 8}" y="${y(low)}" text-anchor="end" dy=".4em">${fixed(low, 3)}</text></svg><p>dashed: the defaults (${defaults.name}), ${fixed(usual, DECIMALS)}</p>`;
}
