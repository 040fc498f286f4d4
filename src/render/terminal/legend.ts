/** @file What the colours or marks of a heatmap in the terminal mean. */

import { scoreName } from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { digitsFor, fixed, signed } from "../format.ts";
import { label, marks, numberStyle, type TerminalContext } from "./context.ts";
import { wrap } from "./layout.ts";

/** A mark of a heatmap without colours, and the share of the strongest attribution that it starts at. */
export interface Mark {
  readonly support: string;
  readonly oppose: string;
  readonly from: number;
}

/** The shades of the scale from strongest opposition to strongest support. */
function ramp(space: string, { painter }: TerminalContext): string {
  const levels = painter.continuous ? [0.2, 0.4, 0.6, 0.8, 1] : [0.2, 0.5, 1];
  const shade = (level: number) =>
    painter.heat(painter.continuous ? ` ${space}` : `${space}${marks(level)}${space}`, level);
  const opposing = levels.map((level) => shade(-level)).reverse();
  return `${opposing.join("")} 0 ${levels.map(shade).join("")}`;
}

/** Lines that explain a map whose strongest magnitude is `bound`. */
export function legend(bound: number, shown: readonly Mark[], context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  const width = columns - 2;
  const target = label(explanation.target.label, 24, context);
  if (bound === 0) return wrap(`All attributions are 0: nothing supports or opposes ${target}`, width);
  const digits = digitsFor(bound);
  const [low, high] = [signed(-bound, digits, numberStyle(context)), signed(bound, digits, numberStyle(context))];
  if (painter.colors === 0) {
    const list = (text: (mark: Mark) => string) => shown.map(text).join(" ");
    const from = shown.map((mark) => fixed(mark.from * bound, digits)).join(", ");
    const signs = `${list((mark) => mark.support)} support ${target}, ${list((mark) => mark.oppose)} oppose it`;
    return wrap(`${signs}: from ${from} ${scoreName(explanation)}`, width);
  }
  const layouts = [" ", ""].flatMap((space) => {
    const shades = `${low} ${ramp(space, context)} ${high}`;
    return [[`opposes ${shades} supports ${target}`], [shades, `left opposes, right supports ${target}`]];
  });
  const [first, ...rest] = layouts.find((lines) => columnsOf(lines[0]!) <= width) ?? [
    "",
    `from ${low} to ${high} ${scoreName(explanation)}`,
  ];
  return [...(first === "" ? [] : [first!]), ...rest.flatMap((line) => wrap(line, width))];
}
