/** @file Explanations as Markdown (GitHub flavour) for reports and issues: tables, and the text with marks. */

import type { Completeness, Explanation, ImageExplanation, WrittenExplanation } from "../attribution/explanation.ts";
import { ENTITIES, entityRows } from "./entities.ts";
import {
  attributionSum,
  byStrength,
  type Item,
  isSigned,
  isWritten,
  itemNoun,
  itemsOf,
  NO_COMPLETENESS,
  type PatchEvidence,
  quantitiesOf,
  rankedItems,
  scoreName,
  settingsOf,
  specialShareOf,
  sumOver,
  targetLabel,
  targetName,
} from "./evidence.ts";
import { bytes, count, digitsFor, fixed, milliseconds, optionText, percent, signed, thousands } from "./format.ts";
import {
  classesCaption,
  className,
  headKind,
  isPredictedClass,
  marksPredicted,
  moreText,
  roleOf,
  targetClass,
  targetValue,
  valueColumn,
  valueText,
} from "./head.ts";
import { code, plain, table } from "./markdown-text.ts";
import { visible } from "./plain-text.ts";
import { regionsInWords } from "./regions.ts";
import { largestMagnitude, signedScale, stepOf } from "./scale.ts";
import { segmentText } from "./segments.ts";

const ROWS = 10;
const CLASSES = 10;
const BLOCK_WORDS = 6;

function headline(explanation: Explanation): string {
  const { target, model } = explanation;
  const { against } = target;
  const role = roleOf(explanation, "short")
    .map((piece) => (typeof piece === "string" ? piece : `**${plain(piece.name)}**`))
    .join("");
  const rival = against === undefined ? "" : `, measured against **${plain(className(explanation, against))}**`;
  const score = `${scoreName(explanation)} ${fixed(target.score, 3)}`;
  const facts = `${plain(model.family)}, ${count(model.blocks, "block")}, ${count(model.heads, "head")}, width ${model.width}`;
  return `# ${plain(targetLabel(explanation))} (${targetValue(explanation)})\n\n${role}${rival}; ${score}. Model ${code(model.id)} (${facts}).`;
}

function warnings({ warnings }: Explanation): string[] {
  return warnings.map(({ code: name, message }) => `> **Warning** (${plain(name)}): ${plain(message)}`);
}

function classes(explanation: Explanation): string {
  const { predictions } = explanation;
  const isNumber = headKind(explanation) === "numbers";
  const rows = predictions.slice(0, CLASSES).map((prediction) => {
    const mark = marksPredicted(explanation) && isPredictedClass(explanation, prediction) ? " ✓" : "";
    const value = valueText(explanation, prediction);
    const name = `${plain(className(explanation, prediction))}${mark}`;
    return isNumber ? [name, value] : [name, value, fixed(prediction.logit, 3)];
  });
  const columns = isNumber ? ["Output", valueColumn(explanation)] : ["Class", valueColumn(explanation), "Logit"];
  const lead = headKind(explanation) === "classes" || isNumber ? "" : `${classesCaption(explanation)}\n\n`;
  const rest = predictions.length - rows.length;
  const note = rest > 0 ? `\n\nand ${moreText(explanation, rest)}` : "";
  return lead + table(columns, ["left", ...columns.slice(1).map(() => "right" as const)], rows) + note;
}

function text(explanation: WrittenExplanation): string {
  const { input, words } = explanation;
  const label = plain(targetClass(explanation));
  const scale = signedScale(words.map((word) => word.attribution));
  const shown = segmentText(input.text, words).map(({ kind, text, members }) => {
    if (kind !== "feature") {
      return text
        .split(/\r\n|[\n\r\u2028\u2029]/)
        .map(plain)
        .join("\n> ");
    }
    const level = scale.level(members.reduce((sum, member) => sum + words[member]!.attribution, 0));
    const amount = stepOf(level);
    return amount === 0 ? plain(text) : `**${plain(text)}** \`${(level < 0 ? "-" : "+").repeat(amount)}\``;
  });
  const marks = isSigned(explanation)
    ? `\`+\` to \`+++\` supports ${label}, \`-\` to \`---\` opposes it`
    : `\`+\` to \`+++\` matters for ${label}`;
  const legend = `${marks}; unmarked ${itemNoun(explanation).many} are below a tenth of the strongest.`;
  return `## Text\n\n> ${shown.join("").trim()}\n\n${legend}`;
}

/** The patches as marks in a block of code, on a scale of their own. */
export function gridMarkdown(explanation: PatchEvidence): string {
  const { input, ...rest } = explanation;
  const [rows, columns] = input.grid;
  const values = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  rest.features.forEach(({ row, column, special }, feature) => {
    if (!special && values[row]?.[column] !== undefined) values[row][column] = rest.attribution[feature] ?? 0;
  });
  const scale = signedScale(values.flat());
  const cell = (value: number) => {
    const amount = stepOf(scale.strength(value));
    return amount === 0 ? ". " : (value < 0 ? "-" : "+").repeat(Math.min(2, amount)).padEnd(2);
  };
  const lines = values.map((row) => row.map(cell).join("").trimEnd());
  return `\`\`\`text\n${lines.join("\n")}\n\`\`\``;
}

function grid(explanation: ImageExplanation): string {
  const label = plain(className(explanation, explanation.target));
  const marks = isSigned(explanation) ? `\`+\` supports ${label}, \`-\` opposes it` : `\`+\` matters for ${label}`;
  return `## Image\n\n${gridMarkdown(explanation)}\n\nOne cell per patch: ${marks}, doubled from a third of the strongest.\n\n${plain(regionsInWords(explanation))}`;
}

function ranking(explanation: Explanation, items: readonly Item[]): string {
  const { one, many } = itemNoun(explanation);
  const bound = largestMagnitude(items.map((item) => item.attribution));
  const total = explanation.attribution.reduce((sum, value) => sum + Math.abs(value), 0);
  const list = (title: string, ranked: readonly Item[]) => {
    if (ranked.length === 0) return `## ${title}\n\nNo ${many}.`;
    const rows = ranked
      .slice(0, ROWS)
      .map((item, i) => [
        String(i + 1),
        plain(visible(item.label)),
        signed(item.attribution, digitsFor(bound)),
        percent(Math.abs(item.attribution) / total),
      ]);
    const name = one.charAt(0).toUpperCase() + one.slice(1);
    const rest = ranked.length - rows.length;
    const note = rest > 0 ? `\n\nand ${count(rest, `more ${one}`, `more ${many}`)}` : "";
    return `## ${title}\n\n${table(["#", name, "Attribution", "Share"], ["right", "left", "right", "right"], rows)}${note}`;
  };
  const { supporting, opposing } = rankedItems(items);
  const target = plain(targetName(explanation));
  if (!isSigned(explanation)) return list(`Matters for ${target}`, supporting);
  return `${list(`Supports ${target}`, supporting)}\n\n${list(`Opposes ${target}`, opposing)}`;
}

function blocks(explanation: Explanation, items: readonly Item[]): string {
  const shown = quantitiesOf(explanation).some(({ name }) => name === "fused")
    ? byStrength(items).slice(0, BLOCK_WORDS)
    : [];
  const values = explanation.blocks.flatMap((block) => shown.map((item) => sumOver(item, block.fused)));
  const digits = digitsFor(largestMagnitude(values));
  const rows = explanation.blocks.map((block) => {
    const { sum, delta, relativeError, points, converged } = block.completeness;
    const mark = converged ? "" : " **not converged**";
    return [
      String(block.index),
      ...shown.map((item) => signed(sumOver(item, block.fused), digits)),
      signed(sum, 3),
      signed(delta, Math.max(3, digitsFor(Math.abs(delta)))),
      `${percent(relativeError)}${mark}`,
      thousands(points),
      percent(block.weight),
    ];
  });
  const header = [
    "Block",
    ...shown.map((item) => plain(visible(item.label))),
    "Sum",
    "Delta",
    "Error",
    "Points",
    "Weight",
  ];
  return `## Evidence by block\n\n${table(
    header,
    header.map(() => "right"),
    rows,
  )}`;
}

function additivity({ scoreAtInput, scoreAtBaseline, delta, relativeError }: Completeness, sum: number): string {
  const difference = signed(scoreAtInput - scoreAtBaseline, 3);
  const off = `delta ${signed(delta, Math.max(3, digitsFor(Math.abs(delta))))}, relative error ${percent(relativeError)}`;
  return `score ${fixed(scoreAtBaseline, 3)} at the baseline, ${fixed(scoreAtInput, 3)} at the input, difference ${difference}; the attributions sum to ${signed(sum, 3)}: ${off}`;
}

function facts(explanation: Explanation): string {
  const { completeness, cost, method, model } = explanation;
  const { items, sum, share } = specialShareOf(explanation);
  const names = [...new Set(items.map((item) => code(item.label)))].join(", ");
  const lines = [
    `- **Completeness**: ${completeness === null ? NO_COMPLETENESS : additivity(completeness, attributionSum(explanation))}`,
    ...(items.length === 0
      ? []
      : [
          `- **Special tokens** (${names}): ${signed(sum, 3)}, ${percent(share)} of the magnitude; in none of the lists`,
        ]),
    `- **Cost**: ${milliseconds(cost.milliseconds)}, ${thousands(cost.modelEvaluations, Number.isInteger(cost.modelEvaluations) ? 0 : 1)} model evaluations, peak memory ${bytes(cost.peakBytes)}`,
    "- **Share**: part of the sum of magnitudes over all positions",
    `- **Weights**: SHA-256 ${code(model.sha256)}`,
  ];
  const options = settingsOf(explanation).map(([name, value]) => [plain(name), plain(optionText(value))]);
  const shown = table(["Option", "Value"], ["left", "left"], [["method", plain(method.name)], ...options]);
  return `## How it was measured\n\n${lines.join("\n")}\n\n${shown}`;
}

function entities(explanation: Explanation): string[] {
  const found = entityRows(explanation);
  if (found === undefined) return [];
  const rows = found.rows.map(({ text, label, value, explained }) => [
    plain(text),
    `${plain(label)}${explained ? " (explained)" : ""}`,
    value,
  ]);
  const more = found.more === 0 ? "" : `\n\nand ${found.more} more`;
  const list = rows.length === 0 ? "none" : table(["Words", "Label", "Probability"], ["left", "left", "right"], rows);
  return [`## ${ENTITIES}\n\n${list}${more}`];
}

function one(explanation: Explanation): string {
  const items = itemsOf(explanation);
  return [
    headline(explanation),
    ...warnings(explanation),
    classes(explanation),
    isWritten(explanation) ? text(explanation) : grid(explanation),
    ...entities(explanation),
    ranking(explanation, items),
    ...(explanation.blocks.length > 0 ? [blocks(explanation, items)] : []),
    facts(explanation),
  ].join("\n\n");
}

/** Markdown of one explanation, or of several with rules between them; ended by a line end. */
export function renderMarkdown(explanation: Explanation | readonly Explanation[]): string {
  const list = "version" in explanation ? [explanation] : explanation;
  return `${list.map(one).join("\n\n---\n\n")}\n`;
}
