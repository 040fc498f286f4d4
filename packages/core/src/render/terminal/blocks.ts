/** @file Evidence by block: the strongest words as rows, blocks as columns, and how well each block adds up. */

import type { BlockExplanation } from "../../attribution/explanation.ts";
import { largest } from "../../util/largest.ts";
import {
  attributionSum,
  boundOver,
  byStrength,
  type Item,
  itemsOf,
  quantitiesOf,
  scoreName,
  sumOver,
} from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { fixed, signed } from "../format.ts";
import { signedScale } from "../scale.ts";
import { label, numberStyle, type TerminalContext } from "./context.ts";
import { padEnd, padStart, wrap } from "./layout.ts";

const ROWS = 10;

interface Cell {
  readonly text: string;
  /** Signed level for the background; undefined for numbers that are no evidence. */
  readonly level?: number;
  readonly alert?: boolean;
  readonly faint?: boolean;
}

interface Row {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly faint?: boolean;
}

type Writer = (value: number) => string;

/** A number with two decimals below 100, for tables with room: "+0.12", "-1.93", "+12.40". */
const roomy = (value: number, context: TerminalContext): string =>
  signed(value, Math.abs(value) >= 99.95 ? 0 : 2, numberStyle(context));

/** A number in at most four characters: "+.12", "-1.9", "+12". */
function short(value: number, context: TerminalContext): string {
  const digits = Math.abs(value) >= 9.95 ? 0 : Math.abs(value) >= 0.995 ? 1 : 2;
  return signed(value, digits, numberStyle(context)).replace(/^([+\-\u2212]?)0\./, "$1.");
}

const wholePercent = (share: number): string => {
  const value = share * 100;
  return value > 0 && value < 1 ? "<1%" : `${fixed(value, 0)}%`;
};

/** Power of ten that the evidence is divided by, so that small scores (probabilities) still show digits. */
function exponentOf(bound: number): number {
  return bound > 0 && bound < 0.095 ? Math.floor(Math.log10(bound)) : 0;
}

function rowsOf(
  items: readonly Item[],
  write: Writer,
  level: (value: number) => number,
  context: TerminalContext,
): Row[] {
  const { explanation } = context;
  const { blocks, completeness } = explanation;
  const evidence = items.map((item): Row => {
    const values = [...blocks.map((block) => sumOver(item, block.fused)), item.attribution];
    return { name: item.label, cells: values.map((value) => ({ text: write(value), level: level(value) })) };
  });
  const facts = (name: string, cell: (block: BlockExplanation) => Cell, result: Cell): Row => ({
    name,
    cells: [...blocks.map(cell), result],
    faint: true,
  });
  return [
    ...evidence,
    facts("sum", (block) => ({ text: write(block.completeness.sum) }), { text: write(attributionSum(explanation)) }),
    facts(
      "error",
      ({ completeness: { relativeError, converged } }) => ({
        text: `${wholePercent(relativeError)}${converged ? "" : "!"}`,
        alert: !converged,
      }),
      { text: completeness === null ? "" : wholePercent(completeness.relativeError) },
    ),
    facts("points", (block) => ({ text: String(block.completeness.points) }), {
      text: String(blocks.reduce((sum, block) => sum + block.completeness.points, 0)),
    }),
    facts("weight", ({ weight }) => ({ text: wholePercent(weight) }), {
      text: wholePercent(blocks.reduce((sum, { weight }) => sum + weight, 0)),
    }),
  ];
}

/** How a table divides the terminal. */
interface Division {
  readonly names: readonly string[];
  readonly nameColumns: number;
  readonly width: number;
  /** Columns of numbers beside each other. */
  readonly capacity: number;
}

function divide(header: readonly string[], rows: readonly Row[], context: TerminalContext): Division {
  const { columns } = context;
  const names = rows.map((row) => label(row.name, Math.min(18, Math.floor(columns * 0.45)), context));
  const nameColumns = largest(names.map(columnsOf), 6);
  const cells = rows.flatMap((row) => row.cells.map((cell) => cell.text));
  const width = largest([...header, ...cells].map(columnsOf));
  return { names, nameColumns, width, capacity: Math.max(1, Math.floor((columns - 2 - nameColumns) / (width + 1))) };
}

function table(header: readonly string[], rows: readonly Row[], context: TerminalContext): string[] {
  const { painter } = context;
  const { names, nameColumns, width, capacity } = divide(header, rows, context);
  const lines: string[] = [];
  for (let first = 0; first < header.length; first += capacity) {
    const last = first + capacity;
    if (first > 0) lines.push("");
    const titles = header.slice(first, last).map((title) => ` ${padStart(title, width)}`);
    lines.push(painter.faint(`  ${padEnd("block", nameColumns)}${titles.join("")}`));
    rows.forEach((row, i) => {
      const cells = row.cells.slice(first, last).map((cell) => {
        const text = padStart(cell.text, width);
        if (cell.level !== undefined) return ` ${painter.heat(text, cell.level)}`;
        return ` ${cell.alert ? painter.alert(text) : row.faint ? painter.faint(text) : text}`;
      });
      const name = padEnd(names[i]!, nameColumns);
      lines.push(`  ${row.faint ? painter.faint(name) : name}${cells.join("")}`);
    });
  }
  return lines;
}

/** The table, or nothing for a method that does not look into blocks. */
export function blockTable(context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  if (!quantitiesOf(explanation).some(({ name }) => name === "fused")) return [];
  const { blocks } = explanation;
  const items = itemsOf(explanation);
  const shown = byStrength(items).slice(0, ROWS);
  const bound = boundOver(items, blocks, "fused");
  const exponent = exponentOf(bound);
  const scale = signedScale([], { bound });
  const factor = 10 ** -exponent;
  const header = [...blocks.map((block) => String(block.index)), "all"];
  const wide = rowsOf(shown, (value) => roomy(value * factor, context), scale.level, context);
  const rows =
    divide(header, wide, context).capacity >= header.length
      ? wide
      : rowsOf(shown, (value) => short(value * factor, context), scale.level, context);
  const unit = exponent === 0 ? scoreName(explanation) : `1e${exponent} ${scoreName(explanation)}`;
  const missed = blocks.filter((block) => !block.completeness.converged).map((block) => block.index);
  const note = [
    `Fused evidence in units of the ${unit}. sum: over all positions; error: how far it misses the difference of the scores; points: of the quadrature; weight: share in the result (all).`,
    ...(missed.length === 0
      ? []
      : [
          `! Not converged: block${missed.length > 1 ? "s" : ""} ${missed.join(", ")}. Read the numbers there with care.`,
        ]),
  ];
  return [
    ...table(header, rows, context),
    "",
    ...note.flatMap((text, i) =>
      wrap(text, columns - 2).map((line) => `  ${i === 0 ? painter.faint(line) : painter.alert(line)}`),
    ),
  ];
}

/** Scores of every block, for `verbose`. */
export function blockScores(context: TerminalContext): string[] {
  const { explanation, columns } = context;
  const number = (value: number) => fixed(value, 4, numberStyle(context));
  return explanation.blocks.flatMap(({ index, completeness: { scoreAtInput, scoreAtBaseline, sum, delta } }) => {
    const scores = `score ${number(scoreAtInput)} at the input, ${number(scoreAtBaseline)} at the baseline`;
    const balance = `sum ${number(sum)}, delta ${signed(delta, 6, numberStyle(context))}`;
    return wrap(`block ${index}: ${scores}; ${balance}`, columns - 4).map((line, i) =>
      i === 0 ? `  ${line}` : `    ${line}`,
    );
  });
}
