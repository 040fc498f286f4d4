/**
 * @file Runs the cases of tools/make_matrix.py through calig and writes how many are right, refused or wrong into
 * docs/parity.md.
 *
 *     npm run docs:matrix -- FOLDER [--only REGEX] [--no-page] [--no-verify]
 *
 * Right: the token ids and the logits are those of transformers and of the file in onnxruntime, the attributions of every
 * block add up, every map that is given is finite and not empty, and verify passes. Refused: one of calig's own errors
 * says why. What is neither is wrong, and listed. `verdict.json` in the folder of each case holds its outcome; the page
 * counts those of earlier runs, too.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judgeCase, type MatrixCase, type Verdict } from "../test/support/matrix.ts";
import { replaceSection } from "./replace-section.ts";

const PAGE = new URL("../docs/parity.md", import.meta.url);
const OUTCOMES = ["right", "refused", "wrong"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    "no-page": { type: "boolean", default: false },
    "no-verify": { type: "boolean", default: false },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error("Cannot measure the matrix: give the folder that tools/make_matrix.py made");
const cases = readdirSync(folder)
  .filter((name) => existsSync(join(folder, name, "case.json")))
  .sort()
  .map((name) => readJson<MatrixCase>(join(folder, name, "case.json")));
if (cases.length === 0) throw new Error(`Cannot measure the matrix: ${folder} holds no case of tools/make_matrix.py`);

const chosen = cases.filter(({ id }) => new RegExp(values.only).test(id));
for (const [index, one] of chosen.entries()) {
  const start = performance.now();
  const verdict = await judgeCase(join(folder, one.id), one, !values["no-verify"]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${index + 1}/${chosen.length} ${one.id}: ${verdict.outcome}, ${seconds} s`);
  for (const line of verdict.reasons.slice(0, 3)) console.log(`    ${line.slice(0, 300)}`);
  writeFileSync(join(folder, one.id, "verdict.json"), `${JSON.stringify(verdict, null, 1)}\n`);
}
/** Of this run and of earlier ones. */
const verdicts = cases.flatMap((one) => {
  const path = join(folder, one.id, "verdict.json");
  return existsSync(path) ? [{ ...readJson<Verdict>(path), case: one }] : [];
});
const counts = OUTCOMES.map((outcome) => verdicts.filter((verdict) => verdict.outcome === outcome).length);
console.log(OUTCOMES.map((outcome, i) => `${outcome}: ${counts[i]}`).join("\n"));
if (!values["no-page"]) replaceSection(PAGE, "matrix", section());
process.exitCode = verdicts.some(({ outcome }) => outcome === "wrong") ? 1 : 0;

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function section(): string {
  const releases = ["4", "5"].flatMap((release) => {
    const path = join(folder as string, `made-tf${release}.json`);
    if (!existsSync(path)) return [];
    const { made, notMade } = JSON.parse(readFileSync(path, "utf8")) as {
      made: Record<string, string>;
      notMade: object;
    };
    const versions = Object.entries(made).map(([name, version]) => `${name} ${version}`);
    return [`${versions.join(", ")} (${Object.keys(notMade).length} that PyTorch could not export)`];
  });
  return [
    "## Models of other people",
    `What \`npm run docs:matrix\` finds for the ${verdicts.length} models of \`tools/make_matrix.py\`: small, with random weights, as transformers writes them, a covering design over the factors below. ${releases.join("; ")}. Right: for two to four inputs each, calig has the token ids and logits (1e-4 of the largest) of transformers, attributions of every block add up within the tolerance of 1 %, every map is finite and none is empty, attention rollout is that of transformers' attention maps, and calig verify passes. Refused: an error of calig's own says why. Nothing else may happen.`,
    ...table("family", ({ family }) => family),
    ...table("form", ({ form, batch }) => (form === "checkpoint" ? form : `ONNX, ${form} exporter, batch ${batch}`)),
    ...table("outputs", ({ form, outputs }) => (form === "checkpoint" ? undefined : outputs)),
    ...table("ONNX file", ({ file }) => file),
    ...table("head", ({ head }) => head),
    ...table("tokenizer", ({ setting, inputs }) => (inputs[0]?.image === undefined ? setting : undefined)),
    ...table("transformers", ({ release }) => (release === "tf4" ? "4" : "5")),
  ].join("\n\n");
}

function table(factor: string, of: (one: MatrixCase) => string | undefined): string[] {
  const rows = new Map<string, number[]>();
  for (const { case: one, outcome } of verdicts) {
    const value = of(one);
    if (value === undefined) continue;
    const counts = rows.get(value) ?? OUTCOMES.map(() => 0);
    counts[OUTCOMES.indexOf(outcome)]! += 1;
    rows.set(value, counts);
  }
  const lines = [...rows].map(([value, counts]) => `| ${value} | ${counts.join(" | ")} |`);
  return [[`| ${factor} | ${OUTCOMES.join(" | ")} |`, "|---|---|---|---|", ...lines].join("\n")];
}
