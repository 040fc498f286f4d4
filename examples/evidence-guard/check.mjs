/**
 * @file Fails when a model's decisions rest on words that they must not rest on: names, pronouns, places, whatever a team
 * lists. For pull requests that change a model: see evidence-guard.yml beside it and README.md.
 *
 * node check.mjs --model MODEL --texts texts.txt --forbidden forbidden.txt [--most 0.1] [--before before.json] [--out now.json]
 *
 * Exit code 0: within bounds. 1: too much evidence on such words. 2: wrong use.
 */

import { appendFile, readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { explain, loadModel } from "calig/node";

/** Growth of the share over that of `--before` that is taken for chance. */
const TOLERATED = 0.02;

const usage = (message) => {
  console.error(`Cannot check the evidence: ${message}`);
  process.exit(2);
};

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "sst2" },
    texts: { type: "string" },
    forbidden: { type: "string" },
    most: { type: "string", default: "0.1" },
    before: { type: "string" },
    out: { type: "string" },
  },
});
if (values.texts === undefined || values.forbidden === undefined) usage("give --texts FILE and --forbidden FILE");
const most = Number(values.most);
if (!(most >= 0 && most <= 1)) usage(`--most must be a share from 0 to 1, it is "${values.most}"`);

const lines = async (path) =>
  (await readFile(path, "utf8").catch(() => usage(`there is no file "${path}"`)))
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
const texts = await lines(values.texts);
const forbidden = new Set((await lines(values.forbidden)).map((word) => word.toLowerCase()));

/** Lower case, without marks around it. */
const plain = (word) => word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");

// The share of the evidence, for and against, that lies on the words: 0 where none of them matters, 1 where nothing else does.
const rows = [];
const model = await loadModel(values.model);
for (const text of texts) {
  const { words, target } = await explain(model, text);
  const found = words.filter((word) => forbidden.has(plain(word.text)));
  if (found.length === 0) continue;
  const size = (list) => list.reduce((sum, { attribution }) => sum + Math.abs(attribution), 0);
  rows.push({
    text,
    label: target.label,
    words: found.map((word) => word.text),
    share: size(found) / (size(words) || 1),
  });
}
await model.dispose();
if (rows.length === 0) usage("none of the texts has one of the forbidden words: nothing would be checked");

const mean = rows.reduce((sum, { share }) => sum + share, 0) / rows.length;
const before = values.before === undefined ? undefined : JSON.parse(await readFile(values.before, "utf8")).mean;
const bound = before === undefined ? most : Math.max(most, before + TOLERATED);
const failed = mean > bound;

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const strongest = [...rows].sort((a, b) => b.share - a.share).slice(0, 5);
const report = [
  `## Evidence on listed words: ${failed ? "too much" : "within bounds"}`,
  "",
  `Mean share ${percent(mean)} over ${rows.length} texts that have such words; allowed ${percent(bound)}${before === undefined ? "" : `, before ${percent(before)}`}.`,
  "",
  "| share | words | decision | text |",
  "|---|---|---|---|",
  ...strongest.map(
    ({ share, words, label, text }) =>
      `| ${percent(share)} | ${words.join(", ")} | ${label} | ${text.replaceAll("|", "\\|")} |`,
  ),
  "",
  "An explanation says what the model reacts to. That it reacts to a word does not say why.",
].join("\n");
console.log(report);
// The summary that the pull request shows.
if (process.env.GITHUB_STEP_SUMMARY) await appendFile(process.env.GITHUB_STEP_SUMMARY, `${report}\n`);
if (values.out !== undefined) await writeFile(values.out, `${JSON.stringify({ mean, texts: rows.length }, null, 2)}\n`);
process.exitCode = failed ? 1 : 0;
