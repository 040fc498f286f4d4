/** @file Stored explanations: damaged as JSON and as bytes, then checked, and shown in every form that calig has. */

import { join } from "node:path";
import {
  buildReport,
  type Explanation,
  explain,
  loadModel,
  readExplanations,
  regionsInWords,
  renderHtml,
  renderJson,
  renderMarkdown,
  renderPng,
  renderReportHtml,
  renderReportMarkdown,
  renderSvg,
  renderTerminal,
  rgbImage,
} from "calig/node";
import { withFolders } from "../folders.ts";
import { type FuzzKind, fileOf } from "../kind.ts";
import { mutated } from "./configs.ts";
import { familyCheckpoints, plainCheckpoint, text } from "./models.ts";

const FILES = ["one.json", "list.json", "lines.jsonl"] as const;

const NUMBERS = [0, -1, 1, 0.5, 1e300, 1e308, -1e308, 5e-324, 2 ** 31, 1e9, null, "1", []];
const KNOWN = {
  version: [1, 2, "1", null],
  "target.score": NUMBERS,
  "target.probability": NUMBERS,
  "target.index": NUMBERS,
  "target.kind": ["logit", "probability", "log-probability", "margin", "x"],
  "target.label": ["", "x", "</script>", "\u202e", "a".repeat(5000)],
  "target.token": [{ index: 0, text: "a" }, { index: 1e9, text: "" }, {}],
  "target.against": [{ index: 0, label: "b" }, {}],
  "input.text": ["", "x", "\ud83d", "a\u0301", "<b>", "a".repeat(100_000), "\n\n"],
  "input.pair": ["", "x", 1],
  layout: ["text", "grid", "names"],
  "input.kind": ["text", "image"],
  "input.width": NUMBERS,
  "input.height": NUMBERS,
  "input.grid": [
    [2, 2],
    [1e9, 1e9],
    [0.5, 2],
    [1, 1],
    [3, 3],
    [1e5, 1e5],
  ],
  "input.patch": NUMBERS,
  "input.seen": [
    [0, 0, 1, 1],
    [0, 0, 0, 0],
    [-1e9, -1e9, 1e9, 1e9],
    [1e300, 0, 0, 1e300],
  ],
  "completeness.delta": NUMBERS,
  "completeness.relativeError": NUMBERS,
  completeness: [null, {}],
  attribution: [[], [1e308, 1e308, 1e308], [1, 2, 3]],
  words: [
    [],
    [{ text: "a", start: 0, end: 1, attribution: 1e308 }],
    [{ text: "a", start: 1e9, end: 2e9, attribution: 1 }],
    [{ text: "a", start: 5, end: 1, attribution: 1 }],
  ],
  supporting: [[], [{ row: 1e9, column: 0, attribution: 1 }], [{ text: "a", start: 3, end: 1, attribution: 1 }]],
  blocks: [[]],
  "method.name": ["", "ca-lig", "x".repeat(1000)],
  "method.signed": [false, true],
  "method.options": [{}, { steps: 1e300 }, { a: { b: [] } }],
  "model.heads": NUMBERS,
  "model.width": NUMBERS,
  "model.blocks": NUMBERS,
  "cost.milliseconds": NUMBERS,
  "cost.peakBytes": NUMBERS,
  source: [{ file: "x.csv", line: 1 }, { file: "", line: -1, id: "x" }, { file: 1 }, "x"],
} as const;

const PICTURE = rgbImage(
  20,
  16,
  Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * 37) % 256),
);

/** Of a text, of a pair by a method without signs, of heads, of a token, and of a picture. */
async function explanations(): Promise<Map<string, Explanation>> {
  const families = familyCheckpoints();
  const models: [string, ReadonlyMap<string, Uint8Array>][] = [
    ["text", plainCheckpoint()],
    ["tokens", families.get("family/bert, tokens") as ReadonlyMap<string, Uint8Array>],
    ["image", families.get("family/vit") as ReadonlyMap<string, Uint8Array>],
  ];
  return withFolders(new Map(models), async (folder) => {
    const [texts, tokens, images] = await Promise.all(
      models.map(([name]) => loadModel(join(folder, name), { threads: 1 })),
    );
    if (texts === undefined || tokens === undefined || images === undefined) throw new Error("there are three models");
    const made = new Map<string, Explanation>([
      ["text", await explain(texts, "a film that the yes", { steps: 2 })],
      ["pair", await explain(texts, { text: "a film", pair: "no, the" }, { method: "raw-attention" })],
      ["token", await explain(tokens, "a film", { token: 1, steps: 2 })],
      ["image", await explain(images, { image: PICTURE }, { steps: 2 })],
      ["grad-cam", await explain(images, { image: PICTURE }, { method: "grad-cam" })],
    ]);
    await Promise.all([texts, tokens, images].map((model) => model.dispose()));
    // What differs from run to run.
    const cost = { milliseconds: 1, modelEvaluations: 1, peakBytes: 1 };
    return new Map([...made].map(([name, each]) => [name, { ...each, cost }]));
  });
}

export async function storedExplanations(): Promise<FuzzKind> {
  const made = await explanations();
  const bases = new Map<string, ReadonlyMap<string, Uint8Array>>();
  for (const [name, each] of made) bases.set(name, new Map([["one.json", text(renderJson(each))]]));
  const list = [...made.values()].slice(0, 3);
  bases.set("list", new Map([["list.json", text(JSON.stringify(list))]]));
  bases.set("lines", new Map([["lines.jsonl", text(list.map((each) => JSON.stringify(each)).join("\n"))]]));
  const names = [...bases.keys()];
  return {
    name: "explanations",
    bases,
    make(chance, faults) {
      const base = chance.pick([...names, ...made.keys()]);
      const files = bases.get(base) ?? new Map<string, Uint8Array>();
      const file = FILES.find((name) => files.has(name)) as string;
      let bytes = fileOf(files, file);
      for (const fault of faults) {
        if (file !== "lines.jsonl") {
          bytes = mutated(bytes, file === "one.json" ? KNOWN : {}, fault);
          continue;
        }
        const lines = new TextDecoder().decode(bytes).split("\n");
        const at = fault.below(lines.length);
        lines[at] = new TextDecoder().decode(mutated(text(lines[at] as string), KNOWN, fault));
        bytes = text(lines.join("\n"));
      }
      return { base, files: new Map([[file, bytes]]), how: chance.is(0.05) ? "with a PNG" : "" };
    },
    async use(folder, { base, files, how }) {
      const [file] = [...(bases.get(base) as ReadonlyMap<string, Uint8Array>).keys()] as [string];
      const entries = await readExplanations(join(folder, file));
      const shown = entries
        .slice(0, 2)
        .flatMap(({ explanation }) => [
          renderHtml(explanation),
          renderMarkdown(explanation),
          renderSvg(explanation),
          renderTerminal(explanation, { columns: 80, colors: 24 }),
          ...(explanation.input.kind === "image" && "features" in explanation
            ? [regionsInWords(explanation as Parameters<typeof regionsInWords>[0])]
            : []),
        ]);
      const report = buildReport(entries);
      shown.push(await renderReportHtml(report), renderReportMarkdown(report));
      if (how !== "") await renderPng((entries[0] as (typeof entries)[number]).explanation);
      // What a file itself says may be shown.
      const said = Buffer.from(files.get(file) ?? []).toString("utf8");
      const all = shown.join("\n").replaceAll(/<script>[\s\S]*?<\/script>/g, "");
      const odd = [...all.matchAll(/\b(?:NaN|Infinity|undefined)\b|\[object \w+\]/g)].find(
        ([word]) => !said.includes(word),
      );
      if (odd === undefined) return shown.length;
      throw new ShownError(`shows "${all.slice(Math.max(0, odd.index - 60), odd.index + 30)}"`);
    },
  };
}

/** Something that was shown to people and is no number. */
class ShownError extends Error {
  override readonly name = "ShownError";
}
