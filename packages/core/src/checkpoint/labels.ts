/** @file Names and number of the classes in a config.json, as transformers reads them, and what in them contradicts itself. */

import { CheckpointError, quote } from "../errors.ts";
import { isRecord, type JsonFields } from "./json-fields.ts";

/** What a configuration says of its classes. */
export interface ClassLabels {
  readonly count: number;
  /** Name of each class, by index. Made when they are first asked for: a file may state any number. */
  readonly labels: readonly string[];
  /** The names of `id2label`, whatever `num_labels` says; undefined where there is none. */
  readonly named: readonly string[] | undefined;
  /** What a reader of explanations must know of them, one paragraph each. */
  readonly contradictions: readonly string[];
}

/** Classes of a head whose configuration names none: as in transformers' PretrainedConfig. */
const DEFAULT_CLASSES = 2;
/** More classes than any head has: a number above it is no number of classes. */
const MOST_CLASSES = 1_000_000;
/** Names that a message repeats. */
const SHOWN = 5;

const numberedLabel = (index: number): string => `LABEL_${index}`;

export const numberedLabels = (count: number): string[] => Array.from({ length: count }, (_, i) => numberedLabel(i));

/**
 * Reads `id2label`, `num_labels` and `label2id`.
 *
 * `num_labels` wins over an `id2label` of another length, which is then stale: its names are not used, as in transformers
 * 5 (4.57 takes `id2label`, and cannot load weights of the stated size). `label2id` names nothing in either.
 *
 * @throws {CheckpointError} When the classes are not numbered from 0 without a gap, a name is no plain value, or there is no class.
 */
export function readLabels(fields: JsonFields): ClassLabels {
  const { file } = fields;
  const named = readNames(fields);
  const count = fields.has("num_labels") ? fields.integer("num_labels") : (named?.length ?? DEFAULT_CLASSES);
  if (count === 0) {
    throw new CheckpointError(
      `Cannot use "${file}": it gives the head no class; name the classes in "id2label", as in {"0": "no", "1": "yes"}`,
      file,
    );
  }
  if (count > MOST_CLASSES) {
    throw new CheckpointError(
      `Cannot use "${file}": "num_labels" is ${count}, wanted at most ${MOST_CLASSES}; correct it to the number of classes`,
      file,
    );
  }
  if (named !== undefined && named.length > 0 && named.length !== count) {
    const stale = `"num_labels" is ${count}, "id2label" names ${named.length} (${listed(named)}): the number wins, as in transformers 5, and the classes are called LABEL_0 to LABEL_${count - 1}; correct "id2label" in "${file}"`;
    return numbered(count, named, [stale]);
  }
  const isNamed = named !== undefined && named.length > 0;
  const hasClass = (index: number) => Number.isInteger(index) && index >= 0 && index < count;
  const nameAt = (index: number) => (isNamed ? named[index] : hasClass(index) ? numberedLabel(index) : undefined);
  const contradictions = contradictionsOf(fields, nameAt, count, named !== undefined);
  return isNamed ? { count, labels: named, named, contradictions } : numbered(count, named, contradictions);
}

function numbered(count: number, named: readonly string[] | undefined, contradictions: readonly string[]): ClassLabels {
  let labels: readonly string[] | undefined;
  return {
    count,
    get labels() {
      labels ??= numberedLabels(count);
      return labels;
    },
    named,
    contradictions,
  };
}

/** The names by index. A list, which transformers does not read, cannot be misunderstood. */
function readNames({ file, raw, read }: JsonFields): readonly string[] | undefined {
  const value = raw("id2label");
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((name, index) => nameOf(name, index, file));
  const wanted = "an object that names the classes 0, 1, 2, ... without a gap";
  const entries = Object.entries(read("id2label", undefined, wanted, isRecord));
  const names = new Map<number, string>();
  for (const [key, name] of entries) {
    // What Python's int() reads: " 01 " is 1, "1.0" and "LABEL_1" are nothing.
    const index = /^\s*\+?\d+\s*$/.test(key) ? Number(key) : Number.NaN;
    if (Number.isNaN(index)) throw unusable(file, `"id2label" has the key ${quote(key)}`, swapped(entries));
    if (names.has(index)) throw unusable(file, `"id2label" names class ${index} twice`);
    names.set(index, nameOf(name, index, file));
  }
  return Array.from({ length: names.size }, (_, index) => {
    const name = names.get(index);
    if (name !== undefined) return name;
    const first = [...names.keys()].reduce((least, key) => Math.min(least, key));
    const from = first === 1 && names.has(names.size) ? ": its indices start at 1; subtract 1 from each" : "";
    throw unusable(file, `"id2label" has ${names.size} classes but none with the index ${index}${from}`);
  });
}

function unusable(file: string, found: string, hint = ""): CheckpointError {
  return new CheckpointError(
    `Cannot use "${file}": ${found}, wanted an object that names the classes 0, 1, 2, ... without a gap${hint}`,
    file,
  );
}

/** Says that names and indices have changed places, where they have. */
const swapped = (entries: readonly (readonly [string, unknown])[]): string =>
  entries.every(([, value]) => Number.isSafeInteger(value))
    ? '; this is what "label2id" looks like: swap both sides'
    : "";

/** A name as Python writes it: YAML makes true and false of yes and no, numbers of digits, nothing of ~. */
function nameOf(value: unknown, index: number, file: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  throw new CheckpointError(
    `Cannot use "${file}": "id2label" calls class ${index} ${quote(value)}, wanted a text; give it a name`,
    file,
  );
}

/** What `label2id` says that `id2label` does not. */
function contradictionsOf(
  { file, raw }: JsonFields,
  nameAt: (index: number) => string | undefined,
  count: number,
  named: boolean,
): readonly string[] {
  const value = raw("label2id");
  if (!isRecord(value)) return [];
  const entries = Object.entries(value);
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();
  const wrong = entries.filter(([name, index]) => !same(name, nameAt(Number(index))));
  if (wrong.length === 0) return [];
  if (!named) {
    const shown = Array.from({ length: Math.min(count, SHOWN) }, (_, index) => nameAt(index) as string);
    const names = listed(entries.map(([name]) => name));
    return [
      `"label2id" names classes (${names}), but there is no "id2label": transformers calls them ${listed(shown, count)}, and so does calig; write the names into "id2label" of "${file}"`,
    ];
  }
  const [name = "", index] = wrong[0] ?? [];
  return [
    `"label2id" and "id2label" contradict each other: "${name}" is ${quote(index)} in the one, class ${Number(index)} is ${quote(nameAt(Number(index)) ?? "none")} in the other. The names are those of "id2label", as in transformers; check which is right in "${file}"`,
  ];
}

function listed(names: readonly string[], count = names.length): string {
  const shown = names.slice(0, SHOWN).map((name) => `"${name}"`);
  return count > SHOWN ? `${shown.join(", ")} and ${count - SHOWN} more` : shown.join(", ");
}
