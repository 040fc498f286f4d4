/**
 * @file Which columns of a table, or fields of objects, hold the text, its pair, the label and the id: those that were
 * named, else those with names that are common for it. What could be meant in two ways is refused.
 */

import { InputError, InvalidOptionError, quote } from "@calig/core/internal/errors";
import type { ColumnOptions } from "@calig/core/internal/evaluation/dataset-layout";

export const COLUMN_OPTIONS = ["textColumn", "pairColumn", "labelColumn", "idColumn"] as const;

/** The columns that are read, by their names in the file. */
export interface Columns {
  readonly text: string;
  readonly pair?: string;
  readonly label?: string;
  readonly id?: string;
}

/** The project's own names. */
export const OWN_COLUMNS: Columns = { text: "text", pair: "pair", label: "label", id: "id" };

/** What has the columns. */
export interface Columned {
  readonly file: string;
  /** All names, in the order of the file. */
  readonly names: readonly string[];
  readonly kind: "columns" | "fields";
  /** The column that looks most like texts, for messages. */
  readonly longest?: string;
}

/** Other names for texts, in lower case with underscores. */
const TEXTS = new Set(
  "sentence review comment tweet content message document body post utterance headline title article abstract question query statement description review_text reviewtext review_body comment_text tweet_text full_text".split(
    " ",
  ),
);

/** Names of the two texts of a pair. */
const PAIRS: readonly (readonly [first: string, second: string])[] = [
  ["text", "text_pair"],
  ["text", "pair_text"],
  ["text", "text2"],
  ["text", "text_b"],
  ["text1", "text2"],
  ["text_1", "text_2"],
  ["text_a", "text_b"],
  ["sentence", "sentence2"],
  ["sentence1", "sentence2"],
  ["sentence_1", "sentence_2"],
  ["sentence_a", "sentence_b"],
  ["sent1", "sent2"],
  ["sent_1", "sent_2"],
  ["question1", "question2"],
  ["premise", "hypothesis"],
  ["question", "context"],
  ["question", "passage"],
  ["question", "sentence"],
  ["question", "answer"],
  ["query", "passage"],
  ["query", "document"],
  ["claim", "evidence"],
];

/** Names that only second texts have: a text beside one is half a pair. */
const SECONDS = new Set([
  "pair",
  ...PAIRS.map(([, second]) => second).filter((name) => /pair|[2b]$|hypothesis/.test(name)),
]);

const LABELS = ["labels", "class", "category", "sentiment", "target", "gold_label"];
const IDS = ["idx", "guid", "uuid", "uid"];

/** What the common names are, for docs. */
export const COMMON_NAMES: readonly (readonly [what: string, names: string])[] = [
  ["texts", [...TEXTS].join(", ")],
  ["pairs", PAIRS.map((pair) => pair.join(" + ")).join(", ")],
  ["labels", LABELS.join(", ")],
  ["ids", IDS.join(", ")],
];

const normal = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");

/**
 * The columns to read.
 *
 * @param wanted - "inputs" need no labels; labels of a "data set" are looked for.
 * @throws {InvalidOptionError} When a named column is not there.
 * @throws {InputError} When there is no column of texts, or more than one column could be meant.
 */
export function findColumns(table: Columned, options: ColumnOptions, wanted: "inputs" | "data set"): Columns {
  const namedPair = named(table, "pairColumn", options.pairColumn);
  const text = named(table, "textColumn", options.textColumn) ?? findText(table, namedPair);
  const pair = options.pairColumn === undefined ? findPair(table, text) : namedPair;
  if (pair === text) throw refused(table, `${quote(text)} cannot be both the text and its pair`);
  const label =
    options.labelColumn === undefined
      ? wanted === "inputs"
        ? undefined
        : findLabel(table, [text, pair])
      : named(table, "labelColumn", options.labelColumn);
  const id =
    options.idColumn === undefined
      ? ["id", ...IDS].map((name) => called(table, name)).find((name) => name !== undefined && name !== text)
      : named(table, "idColumn", options.idColumn);
  return {
    text,
    ...(pair === undefined ? {} : { pair }),
    ...(label === undefined ? {} : { label }),
    ...(id === undefined ? {} : { id }),
  };
}

/** Whether names are those of columns, one of them of texts, as far as names tell. */
export function hasTexts(names: readonly string[], options: ColumnOptions): boolean {
  try {
    findColumns({ file: "", names, kind: "columns" }, options, "inputs");
    return true;
  } catch (error) {
    // Names that could be meant in two ways are names, too.
    return names.some((name) => isTextName(normal(name))) && !(error instanceof InvalidOptionError);
  }
}

/** Whether a name is one that columns of texts, labels or ids have. */
export function isColumnName(name: string): boolean {
  const plain = normal(name);
  return isTextName(plain) || SECONDS.has(plain) || ["label", ...LABELS, "id", ...IDS].includes(plain);
}

const isTextName = (plain: string): boolean =>
  plain === "text" || TEXTS.has(plain) || PAIRS.some(([first]) => first === plain);

/** What is read, where names were recognised that are not the project's own; undefined where there is nothing to say. */
export function columnsNote(
  { file, names, kind }: Columned,
  columns: Columns,
  options: ColumnOptions,
): string | undefined {
  const roles = [
    ["texts", columns.text, OWN_COLUMNS.text, options.textColumn],
    ["second texts", columns.pair, OWN_COLUMNS.pair, options.pairColumn],
    ["labels", columns.label, OWN_COLUMNS.label, options.labelColumn],
    ["ids", columns.id, OWN_COLUMNS.id, options.idColumn],
  ] as const;
  const used = roles.filter(([, name]) => name !== undefined);
  const left = names.filter(
    (name) => (isTextName(normal(name)) || SECONDS.has(normal(name))) && !used.some(([, other]) => other === name),
  );
  const recognised = used.some(
    ([, name, own, given]) => given === undefined && name !== undefined && normal(name) !== own,
  );
  if (!recognised && left.length === 0) return undefined;
  const read = used.map(([what, name]) => `${what} from ${kind.slice(0, -1)} ${quote(name)}`).join(", ");
  const rest = left.length === 0 ? "" : `; not read: ${left.map(quote).join(", ")}`;
  return `Reading ${read} of ${file}${rest}`;
}

function findText(table: Columned, namedPair: string | undefined): string {
  const own = called(table, "text");
  if (own !== undefined) return own;
  const pairs = presentPairs(table).filter(([, second]) => namedPair === undefined || second === namedPair);
  const firsts = [...new Set(pairs.map(([first]) => first))];
  if (firsts.length === 1) return firsts[0] as string;
  const names =
    firsts.length > 1 ? firsts : table.names.filter((name) => TEXTS.has(normal(name)) && name !== namedPair);
  const [first, ...others] = [...new Set(names)];
  if (first === undefined) throw withoutText(table);
  if (others.length === 0) return only(table, names);
  throw refused(
    table,
    `several ${table.kind} could be the texts: ${[first, ...others].map(quote).join(", ")}; name one with --text-column`,
  );
}

function findPair(table: Columned, text: string): string | undefined {
  const own = called(table, "pair");
  if (own !== undefined && own !== text) return own;
  const partners = [...new Set(presentPairs(table).flatMap(([first, second]) => (first === text ? [second] : [])))];
  if (partners.length > 1) {
    throw refused(
      table,
      `several ${table.kind} could be the second text of ${quote(text)}: ${partners.map(quote).join(", ")}; name one with --pair-column, or --pair-column "" for none`,
    );
  }
  if (partners[0] !== undefined) return partners[0];
  const firsts = presentPairs(table).map(([, second]) => second);
  const halves = table.names.filter((name) => SECONDS.has(normal(name)) && name !== text && !firsts.includes(name));
  if (halves[0] !== undefined) {
    throw refused(
      table,
      `${quote(halves[0])} looks like the second text of a pair, ${quote(text)} like a text alone; name the second text with --pair-column ${halves[0]}, or give --pair-column "" for none`,
    );
  }
  return undefined;
}

function findLabel(table: Columned, taken: readonly (string | undefined)[]): string | undefined {
  const own = called(table, "label");
  if (own !== undefined) return own;
  const names = LABELS.map((name) => called(table, name)).filter((name) => name !== undefined && !taken.includes(name));
  if (names.length > 1) {
    throw refused(
      table,
      `several ${table.kind} could be the labels: ${names.map(quote).join(", ")}; name one with --label-column, or --label-column "" for none`,
    );
  }
  return names[0];
}

/** The pairs whose both texts are there, by their names in the file. */
const presentPairs = (table: Columned): readonly (readonly [string, string])[] =>
  PAIRS.flatMap(([a, b]) => {
    const [first, second] = [called(table, a), called(table, b)];
    return first === undefined || second === undefined ? [] : [[first, second] as const];
  });

/** The column of this plain name, exactly or but for case, hyphens and spaces. @throws {InputError} When there are several. */
function called(table: Columned, plain: string): string | undefined {
  const exact = table.names.filter((name) => name === plain);
  const found = exact.length > 0 ? exact : table.names.filter((name) => normal(name) === plain);
  return found[0] === undefined ? undefined : only(table, found);
}

/** The column that an option names. @throws {InvalidOptionError} When there is none. */
function named(table: Columned, option: (typeof COLUMN_OPTIONS)[number], name: string | undefined): string | undefined {
  if (name === undefined || name === "") return undefined;
  const exact = table.names.filter((other) => other === name.trim());
  const found = exact.length > 0 ? exact : table.names.filter((other) => normal(other) === normal(name));
  if (found.length > 0) return only(table, found);
  throw new InvalidOptionError(
    `Cannot use ${flagOf(option)} ${quote(name)} with ${quote(table.file)}: it has ${table.names.length === 0 ? "no" : "the"} ${table.kind}${listed(table)}`,
    option,
    name,
    table.names,
  );
}

function only(table: Columned, [name = "", ...others]: readonly string[]): string {
  if (others.length === 0) return name;
  throw refused(table, `${others.length + 1} ${table.kind} are called ${quote(name)}; give each a name of its own`);
}

function withoutText(table: Columned): InputError {
  const half = table.names.find((name) => PAIRS.some(([first]) => first === normal(name)));
  const guess = half ?? table.longest;
  const has = table.names.length === 0 ? " none" : listed(table);
  const remedy = `name it with --text-column${guess === undefined || guess === "" ? "" : `, perhaps ${quote(guess)}`}`;
  return refused(
    table,
    table.kind === "columns"
      ? `its first line must name the columns, one of them "text"; it has${has}; ${remedy}, or if line 1 is a text already, put a line of names above it`
      : `its objects must have a field "text"; they have${has}; ${remedy}`,
  );
}

const refused = ({ file }: Columned, why: string): InputError => new InputError(`Cannot read ${quote(file)}: ${why}`);

/** Most names that a message lists. */
const MOST_NAMES = 30;

function listed({ names }: Columned): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => ` ${quote(name)}`);
  return `${shown.join(",")}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ""}`;
}

const flagOf = (option: string): string => `--${option.replace("Column", "-column")}`;
