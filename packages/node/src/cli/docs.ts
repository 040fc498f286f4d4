/** @file The reference of the command line in Markdown, from the same tables as parser and help. */

import { METRICS } from "@calig/core/internal/evaluation/metrics";
import { NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { allowedWords } from "@calig/core/internal/options/control";
import { OPTION_GROUPS, type OptionDeclaration } from "@calig/core/internal/options/option";
import { defaultText, flagOf, needsText, usageOf } from "@calig/core/internal/options/text";
import { COMMON_NAMES } from "../node/columns.ts";
import { LAYOUTS } from "../node/datasets/layouts.ts";
import { type Command, optionsOf } from "./command.ts";

const INTRODUCTION = `# Command line

\`calig COMMAND [options]\`. Results go to standard output, everything else to standard error. \`calig COMMAND --help\` prints what this page says of a command.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed; with \`--input\`, also when some of the texts failed |
| 2 | usage: an unknown command or option, or a value that cannot be used |
| 130 | interrupted (Ctrl-C) |

Files are written beside their place and moved into it when complete: an interrupted or failed command leaves no half file, and an existing file stays as it was.

Colours follow \`--color\`, then \`FORCE_COLOR\`, \`NO_COLOR\` and \`TERM\`. The progress bar is shown only on a terminal.

## Input files

| ending | one input is |
|---|---|
| \`.jsonl\`, \`.ndjson\` | a line with an object with field \`text\` (and \`pair\`, \`id\`), or with a JSON string |
| \`.json\` | an item of a list of such objects or strings, or of a list in the field \`data\` of an object; or the object that the file is; or a line, as above |
| \`.csv\`, \`.tsv\`, \`.tab\`, \`.psv\` | a row of a table; the first row names the columns: \`text\` (and \`pair\`, \`id\`) |
| \`.txt\` | a line that is not blank, as it is; where the first line is nothing but names of columns, a row of a table |

Files are UTF-8, or UTF-16 with a byte order mark. An input that cannot be explained is reported with its line; the others are still explained.

**Columns.** The columns of a table, or fields of objects, are named with \`--text-column\`, \`--pair-column\`, \`--label-column\` and \`--id-column\`. Where they are not, the names above count, in any case of letters, and where these are missing, names that are common; which were read is said on standard error. What could be meant in two ways, and a text that stands beside half a pair, is refused.

| column | common names |
|---|---|
${COMMON_NAMES.map(([what, names]) => `| ${what} | ${names} |`).join("\n")}

**Cells.** Commas, semicolons, tabs and bars are told from each other by the first line, whatever the ending; \`--separator\` names another. Cells are read as Python's csv module and pandas read them; in tables of tabs, quotes are text, unless fields are in quotes as spreadsheets and pandas write them. A row with more or fewer cells than the first line has names, a quote that is never closed, and text after a closing quote are errors with their lines, and nothing is explained: the cells of other rows may be split wrongly, too.

## Data sets

\`calig evaluate --dataset FILE\` reads these layouts; the file itself tells which:

| layout | what it is |
|---|---|
${LAYOUTS.map(({ name, summary }) => `| ${name} | ${summary} |`).join("\n")}
| folder of classes | a folder with a folder of pictures for each class, which has its name |
| yolo | a folder with \`labels/\` and, in it or beside it, \`images/\`: outlined objects as YOLO (Ultralytics) writes them, boxes or polygons; a .yaml file in the folder lists the categories under \`names:\` |

A picture of a yolo folder counts as predicted rightly when the predicted class means one of its objects: by the name of its category, or by \`--class-map\`. Metrics of agreement are measured on these pictures alone; a patch is marked when such objects cover at least half of it.

Character offsets count code points, as Python does, from 0, ends exclusive. A row that is no input is reported with its line.

## Metrics

| metric | what it measures |
|---|---|
${METRICS.map(({ name, summary, expensive }) => `| ${name} | ${summary}${expensive === true ? "; measured only when named" : ""} |`).join("\n")}

Removed features (words, or tokens with \`--features token\`) are replaced by a special token on the same token ids: the text is never tokenized again. Features are ranked by attribution, most supportive first. Intervals are 95 % percentile bootstrap intervals over the inputs; methods are compared by a paired bootstrap on the same inputs, corrected for all pairs by Holm.

## Output

Without \`--out\`, results are printed; without \`--format\`, the ending of \`--out\` decides: \`.json\`, \`.html\`, \`.md\`, \`.svg\`, \`.png\`, \`.txt\`. With \`--input\`:

- JSON is printed as one line per input (JSONL), each with a field \`source\` that says which input it belongs to: file, line (of a list in JSON, item), id, and label where \`--label-column\` was given. A \`.jsonl\` file gets the same lines, a \`.json\` file a list.
- HTML and Markdown are one page for all inputs.
- SVG and PNG have room for one input: name a folder for several. PNG is drawn with the fonts of the machine at twice the size of the SVG, and goes to a file or a pipe, not to a terminal.
- A folder (an existing one, or a path that ends in \`/\`) gets one file per input and format, named after the id or the line.
`;

/** docs/cli.md. */
export function cliDocs(commands: readonly Command[]): string {
  return [
    "<!-- Generated by scripts/generate-cli-docs.ts from packages/node/src/cli/: run npm run docs:cli -->",
    INTRODUCTION.trimEnd(),
    ...commands.map(commandDocs),
  ]
    .join("\n\n")
    .concat("\n");
}

function commandDocs(command: Command): string {
  const argument = command.argument === undefined ? "" : ` [${command.argument.name}]`;
  const parts = [
    `## calig ${command.name}`,
    `\`calig ${command.name}${argument} [options]\``,
    command.description,
    ...(command.argument === undefined ? [] : [`\`${command.argument.name}\`: ${command.argument.description}.`]),
    ...(command.examples.length === 0 ? [] : [examples(command)]),
    ...OPTION_GROUPS.flatMap((group) => {
      const options = optionsOf(command, NO_EXTENSIONS).filter(([, declaration]) => declaration.group === group);
      return options.length === 0 ? [] : [`### ${group} (${command.name})`, table(options)];
    }),
  ];
  return parts.join("\n\n");
}

const examples = ({ examples: list }: Command): string =>
  ["```bash", ...list.map(({ purpose, command }) => `# ${purpose}\n${command}`), "```"].join("\n");

function table(options: readonly (readonly [string, OptionDeclaration])[]): string {
  const rows = options.map(([key, declaration]) => {
    const { summary, type, name = key } = declaration;
    const values = (allowedWords(type.control) ?? []).map((word) => `\`${word}\``).join(", ");
    const needs = needsText(declaration, flagOf);
    const meaning = needs === undefined ? summary : `${summary}; only with \`${needs}\``;
    return [`\`${usageOf(name, declaration)}\``, meaning, values, defaultText(declaration) ?? ""];
  });
  return markdownTable(["option", "meaning", "values", "default"], rows);
}

/** A table, in whose cells bars are no ends of cells. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
