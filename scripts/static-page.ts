/**
 * @file Puts the built page and the built-in models into one folder that any web server can serve: everything runs in
 * the browser of the reader. Usage: npm run page:static -- FOLDER
 */

import { cp, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { builtinModels } from "../src/node/builtin-models.ts";

const PAGE = fileURLToPath(new URL("../dist/page/", import.meta.url));
/** What a browser reads of a model. */
const FILES = [
  "config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
  "preprocessor_config.json",
];

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("Give a folder: npm run page:static -- FOLDER");
const folder = resolve(target);
await cp(PAGE, folder, { recursive: true });
const models: { readonly name: string; readonly kind: string }[] = [];
for (const { id, labels, bytes, folder: from } of builtinModels()) {
  const to = join(folder, "models", id);
  await mkdir(to, { recursive: true });
  for (const file of FILES) {
    if (await stat(join(from, file)).catch(() => undefined)) await cp(join(from, file), join(to, file));
  }
  const reads = JSON.parse(await readFile(join(from, "config.json"), "utf8")) as { readonly image_size?: unknown };
  const kind = reads.image_size === undefined ? "text" : "image";
  const isFirst = !models.some((model) => model.kind === kind);
  const entry = { name: id, kind, labels, default: isFirst, bytes };
  models.push(entry);
}
await writeFile(join(folder, "models", "index.json"), `${JSON.stringify({ models }, null, 2)}\n`);
console.log(`${folder}: the page and ${models.map(({ name }) => name).join(", ")}`);
