/** @file Tables and lists of texts: CSV, TSV, JSON lines, JSON, plain lines; as data sets and as inputs. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readInputs } from "@calig/node/internal/node/read-inputs";
import { explain, isCaligError, type LoadedModel, loadModel, readDataset } from "calig/node";
import { type FuzzKind, fileOf } from "../kind.ts";
import { mutateBytes } from "../mutate-bytes.ts";
import { mutateJson, toNode, write } from "../mutate-json.ts";
import type { Chance } from "../random.ts";
import { fixture, plainCheckpoint, text } from "./models.ts";

const ROWS = [
  { id: 1, text: "a fine film", label: "positive", rationale: [[0, 6]] },
  { id: 2, text: 'a "quoted", dull one', label: "negative", rationale: [[2, 8]] },
  { id: "x", text: "no\nlines 😀", label: 1, pair: "yes" },
];

/** Made up, in all layouts that are known. */
const MADE: Readonly<Record<string, string>> = {
  "rows.csv": 'id,text,label\n1,a fine film,positive\n2,"a ""dull"" one, really",negative\n3,yes,positive\n',
  "pairs.csv": "premise,hypothesis,label\na film,the film,0\nno,yes,1\n",
  "marks.tsv": 'text\tlabel\tid\na fine film\t1\t1\nno "film\t0\t2\n',
  "rows.jsonl": `${ROWS.map((row) => JSON.stringify(row)).join("\n")}\n`,
  "rows.json": JSON.stringify(ROWS),
  "data.json": JSON.stringify({ version: 1, data: ROWS }),
  "lines.txt": "a fine film\nno film\n\nyes\n",
  "labelled.txt": "positive\ta fine film\nnegative\tno film\n",
  "trees.txt": "(3 (2 a) (4 (3 fine) (2 film)))\n(1 (2 no) (1 film))\n",
  "hatexplain.json": JSON.stringify({
    p1: {
      post_id: "p1",
      annotators: [
        { label: "normal", annotator_id: 1, target: ["None"] },
        { label: "offensive", annotator_id: 2, target: [] },
        { label: "normal", annotator_id: 3, target: [] },
      ],
      rationales: [[0, 1, 0]],
      post_tokens: ["a", "fine", "film"],
    },
  }),
  "eraser.jsonl": `${JSON.stringify({ annotation_id: "a", classification: "POS", evidences: [[{ text: "fine", docid: "a", start_token: 1, end_token: 2, start_sentence: 0, end_sentence: 1 }]], query: "q" })}\n`,
  "semicolons.csv": "Sentence;Sentiment\na fine film;pos\nno;neg\n",
};

const PIECES = [
  ...[
    ",",
    ";",
    "\t",
    "|",
    '"',
    '""',
    '"""',
    "\n",
    "\r\n",
    "\r",
    "\u2028",
    "\u0000",
    "\ufeff",
    " ",
    "'",
    "\\",
    "=1+1",
    "NaN",
    "null",
    "{",
    "[",
    "(",
    ")",
  ],
  ...[
    "text",
    "label",
    "id",
    "sentence",
    "rationale",
    "pair",
    "\ud83d",
    "😀",
    "é",
    "__proto__",
    "constructor",
    "sep=;\n",
    "a,b,c\n",
    "\n\n\n",
    '"\n"',
  ],
];

/** Bytes that no further fault makes more of. */
const LONGEST = 4 * 2 ** 20;

function mutateTable(bytes: Uint8Array, chance: Chance): Uint8Array {
  const content = new TextDecoder().decode(bytes);
  const at = chance.below(content.length + 1);
  switch (chance.below(10)) {
    case 0:
    case 1:
    case 2:
      return text(
        content.slice(0, at) +
          chance.pick(PIECES).repeat(chance.pick([1, 1, 1, 2, 50])) +
          content.slice(at + chance.pick([0, 0, 1])),
      );
    case 3:
      return text(content.slice(0, at) + chance.pick(PIECES).repeat(chance.pick([1000, 20_000])) + content.slice(at));
    case 4: {
      const lines = content.split("\n");
      const line = chance.below(lines.length);
      if (chance.is(0.5)) lines.splice(line, 1);
      else
        lines.splice(
          line,
          0,
          ...Array.from({ length: chance.pick([1, 10, 5000]) }, () => lines[chance.below(lines.length)] ?? ""),
        );
      return text(lines.join("\n"));
    }
    case 5:
      return text(content.replaceAll(chance.pick([",", "\t", '"', "\n", "label", "text"]), () => chance.pick(PIECES)));
    case 6: {
      // Other encodings.
      const kind = chance.below(3);
      if (kind === 0) return new Uint8Array(Buffer.from(`\ufeff${content}`, "utf16le"));
      if (kind === 1) return new Uint8Array(Buffer.from(`\ufeff${content}`, "utf16le").swap16());
      return new Uint8Array(Buffer.from(content, "latin1"));
    }
    default:
      return bytes.length === 0 ? text(chance.pick(PIECES)) : mutateBytes(bytes, chance);
  }
}

/** A whole file of JSON, or one of its lines. */
function mutateRecords(bytes: Uint8Array, chance: Chance): Uint8Array | undefined {
  const content = new TextDecoder().decode(bytes);
  const lines = content.split("\n");
  const line = chance.below(Math.max(1, lines.length - 1));
  for (const [source, rebuilt] of [
    [content, (json: string) => json],
    [lines[line] ?? "", (json: string) => lines.with(line, json).join("\n")],
  ] as const) {
    try {
      const root = toNode(JSON.parse(source));
      if (root.kind === "raw") continue;
      mutateJson(
        root,
        chance,
        root.kind === "list"
          ? {}
          : {
              text: ["", " ", "x", 1, null, ["a"]],
              label: [0, -1, 1e300, "x", null, true],
              rationale: [[[0, 1]], [[5, 2]], [[0, 1e9]], [[0.5, 1]], "x", [0, 1, 1], [], {}],
              pair: ["", "x", null],
              id: [1e300, "", null, {}],
            },
      );
      return text(rebuilt(write(root)));
    } catch {
      // Not JSON, or not any more.
    }
  }
  return undefined;
}

export function tables(): FuzzKind {
  const folder = new URL("../../../test/fixtures/tables/", import.meta.url);
  const fixtures = readdirSync(folder).map((name): [string, Uint8Array] => [name, fixture(`tables/${name}`)]);
  const files = [
    ...fixtures,
    ...Object.entries(MADE).map(([name, content]): [string, Uint8Array] => [name, text(content)]),
  ];
  const bases = new Map<string, ReadonlyMap<string, Uint8Array>>(
    files.map(([name, bytes]) => [name, new Map([[name, bytes]])]),
  );
  const names = [...bases.keys(), ...Object.keys(MADE), ...Object.keys(MADE)];
  bases.set("the model", plainCheckpoint());
  let reader: Promise<LoadedModel> | undefined;
  return {
    name: "tables",
    bases,
    make(chance, faults) {
      const base = chance.pick(names);
      let bytes = fileOf(bases.get(base) ?? new Map(), base);
      for (const fault of faults) {
        // What earlier faults made long already.
        if (bytes.length > LONGEST) break;

        bytes = (fault.is(0.6) ? mutateRecords(bytes, fault) : undefined) ?? mutateTable(bytes, fault);
      }
      return {
        base,
        files: new Map([[base, bytes]]),
        how: chance.pick(["data set", "data set, bad rows skipped", "inputs"]),
      };
    },
    async use(place, { base, how }) {
      const file = join(place, base);
      const found =
        how === "inputs"
          ? (await readInputs(file)).entries.map(({ input }) => input)
          : (await readDataset(file, how === "data set" ? {} : { badRows: "skip" })).items.map((item) => item.input);
      reader ??= loadModel(join(place, "..", "the model"), { threads: 1 });
      const model = await reader;
      const explained: unknown[] = [found.length];
      for (const input of found.slice(0, 2)) {
        if (input instanceof Error) {
          if (!isCaligError(input)) throw input;
          continue;
        }
        if ("load" in input) continue; // a picture, which has a kind of its own
        // What is too long for a tiny model is cut off.
        explained.push(await explain<object>(model, input, { method: "raw-attention", longText: "truncate" }));
      }
      return explained;
    },
  };
}
