/** @file The head of the terminal output: what is explained, the classes, the model, the warnings. */

import { isPredicted, scoreName, targetLabel } from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { count, percent } from "../format.ts";
import { bar, label, score, type TerminalContext } from "./context.ts";
import { padEnd, padStart, wrap } from "./layout.ts";

const CLASSES = 3;
const CLASSES_VERBOSE = 20;

function sentence(context: TerminalContext): string {
  const { target, predictions } = context.explanation;
  const value = `${scoreName(context.explanation)} ${score(target.score, context)}`;
  const role = isPredicted(context.explanation)
    ? "the predicted class"
    : `not the predicted class, which is ${label(predictions[0]!.label, 40, context)}`;
  const rival = target.against === undefined ? "" : `, measured against ${label(target.against.label, 40, context)}`;
  return `${role}${rival}; ${value}`;
}

function classLines(context: TerminalContext): string[] {
  const { explanation, columns, painter, verbose } = context;
  const { predictions, target } = explanation;
  const limit = verbose ? CLASSES_VERBOSE : CLASSES;
  const shown = predictions.slice(0, limit);
  const own = predictions.find(({ index }) => index === target.index);
  if (own !== undefined && !shown.includes(own)) shown.splice(limit - 1, 1, own);
  const names = shown.map((prediction) => label(prediction.label, Math.max(8, Math.floor(columns / 3)), context));
  const nameColumns = Math.max(0, ...names.map(columnsOf));
  const barColumns = Math.min(40, columns - nameColumns - 11);
  const lines = shown.map(({ probability, index }, i) => {
    const name = padEnd(names[i]!, nameColumns);
    const filled = barColumns < 4 ? "" : padEnd(bar(probability, barColumns, context), barColumns);
    const line = `  ${name} ${padStart(percent(probability), 6)}  ${filled}`.trimEnd();
    return index === target.index ? line : painter.faint(line);
  });
  const rest = predictions.length - shown.length;
  return rest > 0 ? [...lines, painter.faint(`  and ${count(rest, "more class", "more classes")}`)] : lines;
}

/** Target, probability, score, classes and model. */
export function headline(context: TerminalContext): string[] {
  const { explanation, columns, painter, unicode } = context;
  const { target, model } = explanation;
  const probability = percent(target.probability);
  const title = label(targetLabel(explanation), columns - probability.length - 2, context);
  const dot = unicode ? " · " : ", ";
  const facts = [
    label(model.id, columns, context),
    label(model.family, 20, context),
    count(model.blocks, "block"),
    count(model.heads, "head"),
    `width ${model.width}`,
  ];
  return [
    `${painter.strong(title)}  ${painter.strong(probability)}`,
    ...wrap(sentence(context), columns),
    "",
    ...classLines(context),
    "",
    ...wrap(facts.join(dot), columns).map(painter.faint),
  ];
}

/** What the reader must know first; empty when there is nothing. */
export function warnings(context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  return explanation.warnings.flatMap(({ code, message }) =>
    wrap(`${code}: ${message}`, columns - 2).map((line, i) => painter.alert(`${i === 0 ? "!" : " "} ${line}`)),
  );
}
