/** @file The front of an evaluation in words and as a table, whatever it is written in. */

import type { Evaluation, Front, FrontPoint } from "../../evaluation/evaluation.ts";
import { fixed, type NumberStyle } from "../../render/format.ts";
import { code, plain, table } from "../../render/markdown-text.ts";
import { intervalText } from "./tables.ts";

const DECIMALS = 3;

/** What a model evaluation is. */
export const EVALUATION_UNIT =
  "One model evaluation is one row passed forward through the whole model; its gradient is one more, and a pass through a share of the blocks is that share";

/** "Faithfulness against model evaluations" */
export const frontTitle = ({ figure }: Front): string =>
  `${figure.charAt(0).toUpperCase()}${figure.slice(1)} against model evaluations`;

/** Which methods are within chance of the best, and the cheapest of them. */
export function frontVerdict({ points, best, cheapest }: Front, style?: NumberStyle): string {
  const named = (method: string) => points.find((point) => point.method === method) as FrontPoint;
  const within = points.filter(({ withinBest, method }) => withinBest && method !== best).map(({ method }) => method);
  const first = `Most faithful: ${best} (${fixed(named(best).value, DECIMALS, style)}, ${evaluationsText(named(best))} evaluations)`;
  if (within.length === 0) return `${first}; every other method is behind it by more than chance.`;
  const others = `within chance of it (paired differences, Holm): ${within.join(", ")}`;
  const last =
    cheapest === best
      ? "it is the cheapest of these itself"
      : `the cheapest of these is ${cheapest} (${evaluationsText(named(cheapest))} evaluations)`;
  const rivals = points.filter(({ randomControl }) => !randomControl).length;
  const few = within.length + 1 > (2 / 3) * rivals ? " More inputs would tell more methods apart." : "";
  return `${first}; ${others}; ${last}.${few}`;
}

/** Whole numbers, and one decimal of small ones that are none. */
export const evaluationsText = ({ evaluations }: Pick<FrontPoint, "evaluations">): string =>
  fixed(evaluations, evaluations >= 10 || Number.isInteger(evaluations) ? 0 : 1);

/** Rows of the table: method, evaluations, mean, interval, what it is. */
export const FRONT_COLUMNS = ["method", "evaluations", "mean", "95 % interval", "front"] as const;
export const frontRows = ({ points }: Front, style?: NumberStyle): readonly (readonly string[])[] =>
  points.map((point) => [
    `${point.method}${point.randomControl ? " (random control)" : ""}`,
    evaluationsText(point),
    fixed(point.value, DECIMALS, style),
    intervalText(point, DECIMALS, style),
    standing(point),
  ]);

/** "on the front, within chance of the best" */
export const standing = ({ onFront, withinBest }: Pick<FrontPoint, "onFront" | "withinBest">): string =>
  [...(onFront ? ["on the front"] : []), ...(withinBest ? ["within chance of the best"] : [])].join(", ");

export const frontMarkdown = ({ fronts }: Pick<Evaluation, "fronts">): string[] =>
  fronts.flatMap((front) => [
    `## ${plain(frontTitle(front))}`,
    `${plain(frontVerdict(front))} ${EVALUATION_UNIT}. ${front.inputs} inputs.`,
    table(
      ["Method", "Evaluations", "Mean", "95 % interval", "Standing"],
      ["left", "right", "right", "left", "left"],
      frontRows(front).map(([method = "", ...cells]) => {
        const [name = "", ...rest] = method.split(" ");
        return [[code(name), ...rest].join(" "), ...cells];
      }),
    ),
  ]);
