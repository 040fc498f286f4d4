/** @file The maps of several methods for a terminal, as many beside each other as fit, and where the evidence lies in words. */

import type { ImageComparison } from "@calig/core/internal/evaluation/method-comparison";
import { regionsInWords } from "@calig/core/internal/render/regions";
import { gridMap } from "@calig/core/internal/render/terminal/heat-grid";
import { padEnd, truncate } from "@calig/core/internal/render/terminal/layout";
import type { Painter } from "@calig/core/internal/render/terminal/painter";
import { evidenceOf } from "@calig/core/internal/report/comparison/maps";
import { methodTitle } from "@calig/core/internal/report/evaluation/tables";
import { factLines } from "./listing.ts";
import type { Terminal } from "./terminal.ts";

const GAP = 3;
/** Fewest columns of a map: narrower ones have no room for their names. */
const NARROWEST = 20;

export function comparisonMaps(comparison: ImageComparison, terminal: Terminal, painter: Painter): string[] {
  const { methods, input } = comparison;
  const { columns, style } = terminal;
  const names = methods.map(methodTitle);
  const room = columns - 2;
  // Patches are merged where otherwise no two maps would fit beside each other.
  const width = Math.min(2 * input.grid[1], Math.max(NARROWEST, Math.floor((room - GAP) / 2)), room);
  const slot = Math.max(width, Math.min(NARROWEST, room));
  const maps = methods.map((method) => gridMap(evidenceOf(comparison, method), width, painter));
  const most = Math.max(1, Math.floor((room + GAP) / (slot + GAP)));
  const lines: string[] = [];
  for (let start = 0; start < methods.length; start += most) {
    const shown = [...methods.keys()].slice(start, start + most);
    const line = (cell: (method: number) => string) =>
      `  ${shown.map((method) => padEnd(cell(method), slot)).join(" ".repeat(GAP))}`.trimEnd();
    if (start > 0) lines.push("");
    lines.push(style.dim(line((method) => truncate(names[method] ?? "", slot))));
    for (let row = 0; row < (maps[start]?.lines.length ?? 0); row++) {
      lines.push(line((method) => maps[method]?.lines[row] ?? ""));
    }
  }
  const merged = maps[0]?.merged ?? 1;
  const about = methods.map((method) => [method.name, regionsInWords(evidenceOf(comparison, method))] as const);
  return [
    ...lines,
    "",
    ...(merged > 1 ? [`  Each cell is the mean of ${merged} x ${merged} patches`, ""] : []),
    ...factLines(about, terminal),
  ];
}
