/** @file The head of the terminal output: what is explained, the classes, the model, the warnings. */

import type { Prediction } from "../../attribution/explanation.ts";
import { scoreName } from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { count } from "../format.ts";
import {
  barShare,
  classesCaption,
  className,
  headKind,
  isPredictedClass,
  marksPredicted,
  moreText,
  roleOf,
  valueText,
} from "../head.ts";
import { bar, label, numberStyle, score, type TerminalContext } from "./context.ts";
import { padEnd, padStart, wrap } from "./layout.ts";

const CLASSES = 20;

function sentence(context: TerminalContext): string {
  const { explanation } = context;
  const { against, score: number } = explanation.target;
  const value = `${scoreName(explanation)} ${score(number, context)}`;
  const pieces = roleOf(explanation, "short").map((piece) =>
    typeof piece === "string" ? plainQuotes(piece, context) : label(piece.name, 40, context),
  );
  const role = pieces.join("");
  const rival =
    against === undefined ? "" : `, measured against ${label(className(explanation, against), 40, context)}`;
  return `${role}${rival}; ${value}`;
}

/** A terminal without Unicode has neither the apostrophe nor the mark of predicted classes. */
const plainQuotes = (text: string, { unicode }: TerminalContext): string =>
  unicode ? text : text.replaceAll("’", "'").replaceAll("✓", "*");

function classLines(context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  const { predictions, target } = explanation;
  const limit = CLASSES;
  const shown = predictions.slice(0, limit);
  const own = predictions.find(({ index }) => index === target.index);
  if (own !== undefined && !shown.includes(own)) shown.splice(limit - 1, 1, own);
  const mark = context.unicode ? " ✓" : " *";
  const nameOf = (prediction: Prediction) =>
    className(explanation, prediction) +
    (marksPredicted(explanation) && isPredictedClass(explanation, prediction) ? mark : "");
  const values = shown.map((prediction) => valueText(explanation, prediction, numberStyle(context)));
  const valueColumns = Math.max(6, ...values.map(columnsOf));
  const names = shown.map((prediction) => label(nameOf(prediction), Math.max(8, Math.floor(columns / 3)), context));
  const nameColumns = Math.max(0, ...names.map(columnsOf));
  const barColumns = Math.min(40, columns - nameColumns - valueColumns - 5);
  const lines = shown.map((prediction, i) => {
    const name = padEnd(names[i]!, nameColumns);
    const share = barShare(explanation, prediction);
    const filled = barColumns < 4 || share === null ? "" : padEnd(bar(share, barColumns, context), barColumns);
    const line = `  ${name} ${padStart(values[i]!, valueColumns)}  ${filled}`.trimEnd();
    return prediction.index === target.index ? line : painter.faint(line);
  });
  const rest = predictions.length - shown.length;
  if (headKind(explanation) !== "classes") {
    lines.unshift(...wrap(plainQuotes(classesCaption(explanation), context), columns).map(painter.faint));
  }
  return rest > 0 ? [...lines, painter.faint(`  and ${moreText(explanation, rest)}`)] : lines;
}

/** What the explained class is to the model, its score, the classes and the model. */
export function classesAndModel(context: TerminalContext): string[] {
  const { explanation, columns, painter, unicode } = context;
  const { model } = explanation;
  const dot = unicode ? " · " : ", ";
  const facts = [
    label(model.id, columns, context),
    label(model.family, 20, context),
    count(model.blocks, "block"),
    count(model.heads, "head"),
    `width ${model.width}`,
  ];
  return [
    ...wrap(sentence(context), columns),
    "",
    ...classLines(context),
    "",
    ...wrap(facts.join(dot), columns).map(painter.faint),
  ];
}

/** What the reader must know, in the words of the technical part, besides what was told; empty when there is nothing. */
export function warnings(context: TerminalContext, told: readonly string[]): string[] {
  const { explanation, columns, painter } = context;
  return explanation.warnings
    .filter(({ code }) => !told.includes(code))
    .flatMap(({ code, message }) =>
      wrap(`${code}: ${message}`, columns - 2).map((line, i) => painter.alert(`${i === 0 ? "!" : " "} ${line}`)),
    );
}
