/** @file The front of an evaluation as a picture: a point for each method with its interval, and the line that no method is above. */

import type { Front, FrontPoint } from "../../evaluation/evaluation.ts";
import { html, type Markup } from "../../render/escape.ts";
import { digitsFor, fixed } from "../../render/format.ts";
import { EVALUATION_UNIT, evaluationsText, frontTitle, standing } from "./front.ts";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 400, 56, 110, 14, 44] as const;
/** Width of a letter, height of a line, and what is kept free around a point, in pixels. */
const [LETTER, LINE, FREE] = [6.6, 15, 7] as const;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rules of the picture, for `page`. */
export const FRONT_STYLE = `.front svg{display:block;min-width:34rem;max-width:100%;height:auto}.front text{fill:var(--ink);font-size:12px;paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}.front text.axis{fill:var(--muted)}.front .grid{stroke:var(--rule);stroke-width:1}.front .range{stroke:var(--accent);stroke-width:1.5;opacity:.55}.front .point{stroke:var(--accent);stroke-width:2;fill:var(--page)}.front .best{fill:var(--accent)}.front .edge{fill:none;stroke:var(--accent);stroke-width:1.5;stroke-dasharray:5 4}.front .control.range{stroke:var(--muted)}.front .control.point{stroke:var(--muted)}.front text.control{fill:var(--muted);font-style:italic}.front .lead{stroke:var(--muted);stroke-width:.75}`;

/** The picture with its verdict. */
export function frontSection(front: Front): Markup {
  const { points, inputs } = front;
  const [low, high] = [Math.min(...points.map((p) => p.low)), Math.max(...points.map((p) => p.high))];
  const margin = 0.04 * Math.max(high - low, 0.05);
  const [bottom, top] = [low - margin, high + margin];
  const [least, most] = range(points);
  const x = (evaluations: number) =>
    LEFT + 14 + ((WIDTH - LEFT - RIGHT - 28) * (log(evaluations) - least)) / Math.max(1e-9, most - least);
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * (value - bottom)) / (top - bottom);
  const digits = Math.max(2, digitsFor(top - bottom));
  const grid = ticks(bottom, top).map(
    (value) =>
      html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}"/><text class="axis" x="${LEFT - 6}" y="${at(y(value) + 4)}" text-anchor="end">${fixed(value, digits)}</text>`,
  );
  const counts = decades(least, most).map(
    (count) =>
      html`<line class="grid" x1="${at(x(count))}" x2="${at(x(count))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="axis" x="${at(x(count))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${count}</text>`,
  );
  const edge = points.filter(({ onFront }) => onFront);
  const steps = edge.map((point, i) => {
    const next = edge[i + 1];
    return `${i === 0 ? "M" : "L"}${at(x(point.evaluations))},${at(y(point.value))}H${at(next === undefined ? WIDTH - RIGHT : x(next.evaluations))}`;
  });
  const marks = points.map((point) => {
    const [px, control] = [at(x(point.evaluations)), point.randomControl ? " control" : ""];
    return html`<line class="${`range${control}`}" x1="${px}" x2="${px}" y1="${at(y(point.low))}" y2="${at(y(point.high))}"/><circle class="${`point${point.withinBest ? " best" : ""}${control}`}" cx="${px}" cy="${at(y(point.value))}" r="4.5"><title>${told(point)}</title></circle>`;
  });
  const labels = placed(points.map((point) => ({ point, x: x(point.evaluations), y: y(point.value) }))).map(
    ({ point, x: px, y: py, box }) => {
      const isFar = Math.abs(box.y + box.height / 2 - py) > 0.7 * LINE;
      const lead = isFar
        ? html`<line class="lead" x1="${at(px)}" x2="${at(box.x < px ? box.x + box.width : box.x)}" y1="${at(py)}" y2="${at(box.y + box.height / 2)}"/>`
        : null;
      return html`${lead}<text class="${point.randomControl ? "control" : ""}" x="${at(box.x)}" y="${at(box.y + 11)}">${point.method}</text>`;
    },
  );
  return html`<section class="front"><h2>${frontTitle(front)}</h2><p>${EVALUATION_UNIT}. ${inputs} inputs; lines are 95 % intervals, full points are within chance of the best, the broken line is the front: no method is above it at its cost.</p><div class="wide" tabindex="0" role="region" aria-label="${frontTitle(front)}"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img" aria-label="${`${frontTitle(front)}. ${points.map(told).join("; ")}`}">${grid}${counts}<path class="edge" d="${steps.join("")}"/>${marks}${labels}<text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">model evaluations of one explanation (logarithmic)</text></svg></div></section>`;
}

const at = (place: number): string => place.toFixed(1);

/** "ca-lig: 0.341 at 109 evaluations, on the front" */
function told(point: FrontPoint): string {
  const place = standing(point);
  return `${point.method}: ${fixed(point.value, 3)} at ${evaluationsText(point)} evaluations${place === "" ? "" : `, ${place}`}`;
}

/** Logarithms; less than a pass is shown as one. */
const log = (evaluations: number): number => Math.log10(Math.max(1, evaluations));

function range(points: readonly FrontPoint[]): readonly [number, number] {
  const all = points.map(({ evaluations }) => log(evaluations));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return most > least ? [least, most] : [least - 0.5, least + 0.5];
}

/** 1, 3, 10, 30, ... within the range. */
const decades = (least: number, most: number): readonly number[] =>
  Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 1 : 3) * 10 ** Math.floor(i / 2)).filter(
    (count) => Math.log10(count) >= least - 0.02 && Math.log10(count) <= most + 0.02,
  );

/** Round values, three to seven of them. */
function ticks(low: number, high: number): readonly number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number) * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

interface Mark {
  readonly point: FrontPoint;
  readonly x: number;
  readonly y: number;
}

/** Labels beside their points, where they cover neither points nor each other; the most faithful ones choose first. */
function placed(marks: readonly Mark[]): readonly (Mark & { readonly box: Box })[] {
  const taken: Box[] = marks.map(({ x, y }) => ({ x: x - FREE, y: y - FREE, width: 2 * FREE, height: 2 * FREE }));
  return [...marks]
    .sort((a, b) => b.point.value - a.point.value)
    .map((mark) => {
      const width = mark.point.method.length * LETTER;
      const beside = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5].flatMap((lines) =>
        [mark.x + FREE + 2, mark.x - FREE - 2 - width].map(
          (x): Box => ({ x, y: mark.y - LINE / 2 + lines * LINE, width, height: LINE }),
        ),
      );
      const inside = beside.filter(
        ({ x, y }) => x >= LEFT && x + width <= WIDTH && y >= 0 && y + LINE <= HEIGHT - BOTTOM + 4,
      );
      const box = inside.find((one) => !taken.some((other) => overlap(one, other))) ?? inside[0] ?? (beside[0] as Box);
      taken.push(box);
      return { ...mark, box };
    });
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
