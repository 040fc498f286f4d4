/**
 * @file One fault in a JSON file that stays JSON (mostly): numbers made extreme, types swapped, keys dropped, doubled and
 * renamed, values nested, repeated, moved. The file is kept as nodes whose values are written as they stand, so that keys
 * that are there twice and numbers that no JavaScript holds can be written.
 */

import type { Chance } from "./random.ts";

export type JsonNode =
  | { kind: "object"; pairs: [key: string, value: JsonNode][] }
  | { kind: "list"; items: JsonNode[] }
  /** JSON, or what is to stand there instead. */
  | { kind: "raw"; text: string };

/** Deeper values become null: what an earlier fault nested would end the fuzzer. */
const DEEPEST = 500;

export function toNode(value: unknown, depth = 0): JsonNode {
  if (depth > DEEPEST) return raw("null");
  if (Array.isArray(value)) return { kind: "list", items: value.map((each) => toNode(each, depth + 1)) };
  if (typeof value === "object" && value !== null) {
    return { kind: "object", pairs: Object.entries(value).map(([key, each]) => [key, toNode(each, depth + 1)]) };
  }
  return raw(JSON.stringify(value) ?? "null");
}

export const raw = (text: string): JsonNode => ({ kind: "raw", text });

export function write(node: JsonNode): string {
  if (node.kind === "raw") return node.text;
  if (node.kind === "list") return `[${node.items.map(write).join(",")}]`;
  return `{${node.pairs.map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join(",")}}`;
}

const NUMBERS = [
  ...[
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "0.5",
    "1.5",
    "-2147483649",
    "4294967295",
    "4294967296",
    "1e5",
    "1e7",
    "1e9",
  ],
  ...[
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551616",
    "1e18",
    "1e30",
    "1e300",
    "1e309",
    "-1e309",
    "5e-324",
  ],
  ...["1e-300", "0.1", "255", "256", "65536", "16", "1e-12"],
];

/** Not JSON, but what some programs write. */
const FOREIGN = ["NaN", "Infinity", "-Infinity", "undefined", "None", "'x'", "01", "+1", "0x10", "1_000", ""];

const STRINGS = [
  ...[
    "",
    " ",
    "x",
    "\u0000",
    "\n",
    "\\",
    '"',
    "a\u0301",
    "\ud800",
    "\udc00x",
    "\ufeff",
    "\u202e",
    "😀",
    "𐀀",
    "ﬁ",
    "İ",
    "ß",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "length",
    "null",
    "0",
    "-1",
    "NaN",
    "1e400",
    "[",
    "(",
    "(?",
    "\\p{",
    "a{99999}",
  ],
  ...[
    "../../etc/passwd",
    "/",
    ".",
    "..",
    "</script><script>",
    "[CLS]",
    "[MASK]",
    "<s>",
    "##",
    "▁",
    "Ġ",
    "LABEL_0",
    "%s",
    "$x",
  ],
];

const NAMES = ["__proto__", "constructor", "toString", "", "x", "length", "type", "id", "version", "0"];

/** What a kind of files knows of its keys: values that mean something there. */
export type Dictionary = Readonly<Record<string, readonly unknown[]>>;

/** Changes a node in place, which must be an object or list at the top. */
export function mutateJson(root: JsonNode, chance: Chance, dictionary: Dictionary = {}): void {
  const keys = Object.keys(dictionary);
  if (root.kind === "object" && keys.length > 0 && chance.is(0.3)) {
    setKnown(root, chance, dictionary, keys);
    return;
  }
  const { holder, index } = place(root, chance);
  const value = childOf(holder, index);
  if (value === undefined) {
    insert(holder, chance, root);
    return;
  }
  switch (chance.below(12)) {
    case 0:
      removeAt(holder, index);
      return;
    case 1:
      insertAt(holder, index, keyOf(holder, index), copy(chance.is(0.5) ? value : anyNode(root, chance)));
      return;
    case 2:
      if (holder.kind === "object")
        (holder.pairs[index] as [string, JsonNode])[0] = chance.pick([...NAMES, anyKey(root, chance)]);
      else holder.items.push(...holder.items.splice(index, 1));
      return;
    case 3:
      insert(holder, chance, root);
      return;
    case 4:
      setAt(holder, index, copy(anyNode(root, chance)));
      return;
    case 5:
      setAt(holder, index, nested(value, chance));
      return;
    case 6:
      setAt(holder, index, repeated(value, chance));
      return;
    case 7:
      setAt(holder, index, swapped(value, chance));
      return;
    case 8:
    case 9:
      setAt(holder, index, nudged(value, chance));
      return;
    default:
      setAt(holder, index, strange(chance));
  }
}

/** A key that means something, with a value that does, or that does to another key. */
function setKnown(
  root: JsonNode & { kind: "object" },
  chance: Chance,
  dictionary: Dictionary,
  keys: readonly string[],
): void {
  const key = chance.pick(keys);
  const values = chance.is(0.8) ? (dictionary[key] ?? []) : Object.values(dictionary).flat();
  const value = values.length > 0 && chance.is(0.8) ? toNode(chance.pick(values)) : strange(chance);
  const path = key.split(".");
  let holder: JsonNode & { kind: "object" } = root;
  for (const name of path.slice(0, -1)) {
    const found = holder.pairs.find(([each]) => each === name)?.[1];
    if (found?.kind === "object") {
      holder = found;
      continue;
    }
    const made: JsonNode & { kind: "object" } = { kind: "object", pairs: [] };
    holder.pairs = [...holder.pairs.filter(([each]) => each !== name), [name, made]];
    holder = made;
  }
  const last = path.at(-1) as string;
  holder.pairs = [...holder.pairs.filter(([each]) => each !== last), [last, value]];
}

type Holder = Exclude<JsonNode, { kind: "raw" }>;

/** A place within the tree: chosen on the way down, so that a few keys at the top are met as often as long lists below. */
function place(root: JsonNode, chance: Chance): { holder: Holder; index: number } {
  let holder = root as Holder;
  for (;;) {
    const size = sizeOf(holder);
    // The ends of lists are places of their own kind.
    const index = size > 4 && chance.is(0.2) ? chance.pick([0, size - 1]) : chance.below(Math.max(1, size));
    const child = childOf(holder, index);
    if (child === undefined || child.kind === "raw" || chance.is(0.25)) return { holder, index };
    holder = child;
  }
}

const sizeOf = (holder: Holder): number => (holder.kind === "object" ? holder.pairs.length : holder.items.length);

const childOf = (holder: Holder, index: number): JsonNode | undefined =>
  holder.kind === "object" ? holder.pairs[index]?.[1] : holder.items[index];

const keyOf = (holder: Holder, index: number): string =>
  holder.kind === "object" ? (holder.pairs[index]?.[0] ?? "") : "";

function setAt(holder: Holder, index: number, value: JsonNode): void {
  if (holder.kind === "object") (holder.pairs[index] as [string, JsonNode])[1] = value;
  else holder.items[index] = value;
}

function insertAt(holder: Holder, index: number, key: string, value: JsonNode): void {
  if (holder.kind === "object") holder.pairs.splice(index, 0, [key, value]);
  else holder.items.splice(index, 0, value);
}

function removeAt(holder: Holder, index: number): void {
  if (holder.kind === "object") holder.pairs.splice(index, 1);
  else holder.items.splice(index, 1);
}

function insert(holder: Holder, chance: Chance, root: JsonNode): void {
  const key = chance.is(0.5) ? chance.pick(NAMES) : anyKey(root, chance);
  insertAt(
    holder,
    chance.below(sizeOf(holder) + 1),
    key,
    chance.is(0.5) ? strange(chance) : copy(anyNode(root, chance)),
  );
}

function anyNode(root: JsonNode, chance: Chance): JsonNode {
  const { holder, index } = place(root, chance);
  return childOf(holder, index) ?? raw("null");
}

function anyKey(root: JsonNode, chance: Chance): string {
  const { holder, index } = place(root, chance);
  return keyOf(holder, index);
}

const copy = (node: JsonNode): JsonNode => structuredClone(node);

function strange(chance: Chance): JsonNode {
  switch (chance.below(7)) {
    case 0:
    case 1:
      return raw(chance.pick(NUMBERS));
    case 2:
    case 3:
      return toNode(chance.pick(STRINGS));
    case 4:
      return raw(
        chance.pick([
          "null",
          "true",
          "false",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          '{"":null}',
          '["a","b"]',
          "[0,1,2,3,4,5,6,7,8,9]",
        ]),
      );
    case 5:
      return chance.is(0.3)
        ? raw(chance.pick(FOREIGN))
        : raw(JSON.stringify(chance.pick(STRINGS).repeat(chance.pick([2, 100, 10_000]))));
    default:
      return nested(raw(chance.pick(NUMBERS)), chance);
  }
}

/** In lists or objects, a few or very many. */
function nested(value: JsonNode, chance: Chance): JsonNode {
  const depth = chance.is(0.9) ? 1 : chance.pick([20, 1000, 20_000]);
  const object = chance.is(0.4);
  const key = JSON.stringify(chance.pick(NAMES));
  const text = write(value);
  return raw(
    object
      ? `${`{${key}:`.repeat(depth)}${text}${"}".repeat(depth)}`
      : `${"[".repeat(depth)}${text}${"]".repeat(depth)}`,
  );
}

/** Its parts many times over. */
function repeated(value: JsonNode, chance: Chance): JsonNode {
  const times = chance.pick([2, 2, 10, 1000, 20_000]);
  if (value.kind === "raw") {
    const text = value.text.startsWith('"') ? value.text.slice(1, -1) : value.text;
    return raw(
      `"${text
        .slice(0, 100)
        .replaceAll('"', "")
        .replace(/\\[^nrtbf"\\/u]?$/, "")
        .repeat(times)}"`,
    );
  }
  if (value.kind === "list")
    return {
      kind: "list",
      items: Array.from({ length: Math.min(times, 200_000 / (value.items.length + 1)) }, () => value.items).flat(),
    };
  const some = value.pairs.slice(0, 8);
  return {
    kind: "object",
    pairs: Array.from({ length: Math.min(times, 10_000) }, (_, i) =>
      some.map(([key, each]): [string, JsonNode] => [`${key}${i}`, each]),
    ).flat(),
  };
}

/** The same value as another type. */
function swapped(value: JsonNode, chance: Chance): JsonNode {
  if (value.kind === "list") {
    return chance.is(0.5)
      ? { kind: "object", pairs: value.items.map((item, i) => [String(i), item]) }
      : (value.items[0] ?? raw("null"));
  }
  if (value.kind === "object") {
    return chance.is(0.5)
      ? { kind: "list", items: value.pairs.map(([, each]) => each) }
      : raw(JSON.stringify(write(value)));
  }
  if (value.text.startsWith('"'))
    return chance.is(0.5)
      ? { kind: "list", items: Array.from(value.text.slice(1, -1), (char) => toNode(char)) }
      : raw("1");
  return raw(JSON.stringify(value.text));
}

/** A value close by: an off number, a word with one letter more or less, a list in another order. */
function nudged(value: JsonNode, chance: Chance): JsonNode {
  if (value.kind === "list")
    return {
      kind: "list",
      items: chance.is(0.5) ? value.items.toReversed() : value.items.slice(0, chance.below(value.items.length)),
    };
  if (value.kind === "object") return { kind: "object", pairs: value.pairs.toReversed() };
  const number = Number(value.text);
  if (value.text !== "" && !Number.isNaN(number)) {
    return raw(
      String(
        chance.pick([
          number + 1,
          number - 1,
          number * 2,
          -number,
          number / 2,
          number + 0.5,
          number * 1000,
          number * number,
        ]),
      ),
    );
  }
  if (value.text === "true") return raw("false");
  if (value.text === "false") return raw("true");
  if (!value.text.startsWith('"')) return strange(chance);
  let text: string;
  try {
    text = JSON.parse(value.text) as string;
  } catch {
    return strange(chance);
  }
  const at = chance.below(text.length + 1);
  const changed = chance.pick([
    text.slice(0, at) + chance.pick(STRINGS) + text.slice(at),
    text.slice(0, at) + text.slice(at + 1),
    text.toUpperCase(),
    text.toLowerCase(),
    ` ${text}`,
    text + text,
  ]);
  return raw(JSON.stringify(changed));
}
