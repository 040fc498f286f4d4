/** @file What the colours or marks of a heatmap in the terminal mean. */

import { isSigned, scoreName } from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { digitsFor, fixed, signed } from "../format.ts";
import { targetClass } from "../head.ts";
import { label, marks, numberStyle, type TerminalContext } from "./context.ts";
import { wrap } from "./layout.ts";

/** A mark of a heatmap without colours, and the share of the strongest attribution that it starts at. */
export interface Mark {
  readonly support: string;
  readonly oppose: string;
  readonly from: number;
}

/** The shades of the scale from strongest opposition to strongest support; from 0 on where there is no opposition. */
function ramp(space: string, { painter, explanation }: TerminalContext): string {
  const levels = painter.continuous ? [0.2, 0.4, 0.6, 0.8, 1] : [0.2, 0.5, 1];
  const shade = (level: number) =>
    painter.heat(painter.continuous ? ` ${space}` : `${space}${marks(level)}${space}`, level);
  if (!isSigned(explanation)) return levels.map(shade).join("");
  const opposing = levels.map((level) => shade(-level)).reverse();
  return `${opposing.join("")} 0 ${levels.map(shade).join("")}`;
}

/** The same without numbers, for readers of the summary alone: marks and colours go by its words. */
function plainLegend(shown: readonly Mark[], context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  const target = label(targetClass(explanation), 24, context);
  const signs = isSigned(explanation);
  if (painter.colors === 0) {
    const list = (text: (mark: Mark) => string) => shown.map((mark, i) => `${text(mark)} ${MARK_WORDS[i]}`).join(", ");
    const supports = list((mark) => mark.support);
    if (!signs) return wrap(`Matters for ${target}: ${supports}`, columns - 2);
    const opposes = shown.map((mark) => mark.oppose).join(" ");
    return wrap(`For ${target}: ${supports}; against it: ${opposes}`, columns - 2);
  }
  const layouts = [" ", ""].map((space) =>
    signs ? `against ${ramp(space, context)} for ${target}` : `${ramp(space, context)} matters for ${target}`,
  );
  return [layouts.find((line) => columnsOf(line) <= columns - 2) ?? ""].filter((line) => line !== "");
}

/** The words of marks, for up to three of them: strengths as the summary has them. */
const MARK_WORDS = ["weak", "clear", "strong"];

/** Lines that explain a map whose strongest magnitude is `bound`. */
export function legend(bound: number, shown: readonly Mark[], context: TerminalContext): string[] {
  if (!context.verbose && bound > 0) return plainLegend(shown, context);
  const { explanation, columns, painter } = context;
  const width = columns - 2;
  const target = label(targetClass(explanation), 24, context);
  const signs = isSigned(explanation);
  if (bound === 0) {
    const nothing = signs ? "nothing supports or opposes" : "nothing matters for";
    return wrap(`All attributions are 0: ${nothing} ${target}`, width);
  }
  const digits = digitsFor(bound);
  const [low, high] = [signed(-bound, digits, numberStyle(context)), signed(bound, digits, numberStyle(context))];
  if (painter.colors === 0) {
    const list = (text: (mark: Mark) => string) => shown.map(text).join(" ");
    const from = shown.map((mark) => fixed(mark.from * bound, digits)).join(", ");
    const supports = list((mark) => mark.support);
    if (!signs) return wrap(`${supports} matter for ${target}: from ${from}`, width);
    const opposes = list((mark) => mark.oppose);
    return wrap(`${supports} support ${target}, ${opposes} oppose it: from ${from} ${scoreName(explanation)}`, width);
  }
  const layouts = [" ", ""].flatMap((space) => {
    const shades = `${signs ? low : "0"} ${ramp(space, context)} ${signs ? high : high.replace("+", "")}`;
    if (!signs) return [[`${shades} matters for ${target}`], [shades, `right matters more for ${target}`]];
    return [[`opposes ${shades} supports ${target}`], [shades, `left opposes, right supports ${target}`]];
  });
  const [first, ...rest] = layouts.find((lines) => columnsOf(lines[0]!) <= width) ?? [
    "",
    signs ? `from ${low} to ${high} ${scoreName(explanation)}` : `up to ${high.replace("+", "")}`,
  ];
  return [...(first === "" ? [] : [first!]), ...rest.flatMap((line) => wrap(line, width))];
}
