/** @file The page and models as one folder that any web server can serve: everything runs in the browser of the reader. */

import { cp, mkdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { quote, UsageError } from "@calig/core/internal/errors";
import type { ModelEntry } from "@calig/page/internal/client";

/** What a browser reads of a model. */
const FILES = [
  "config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
  "preprocessor_config.json",
];
/** The engine's own files, which the page's worker loads from beside the page and from nowhere else. */
const ENGINE = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);
/** What tells a page of calig from other pages: the models that can be chosen. */
const INDEX = join("models", "index.json");

export interface StaticModel {
  readonly id: string;
  readonly folder: string;
  readonly labels: readonly string[];
  /** Size of the weights file. */
  readonly bytes: number;
}

/**
 * Writes the page and the models into a folder, which is made where there is none. A page of calig that is there already
 * is brought up to date; other files are left alone.
 *
 * @param sources - Folders of the built page, and of the WebAssembly files of onnxruntime-web.
 * @throws {UsageError} When the page is not built, or the folder cannot be used. Nothing has been written then.
 */
export async function writeStaticPage(
  folder: string,
  { page: pageFolder, engine }: { readonly page: string; readonly engine: string },
  models: readonly StaticModel[],
): Promise<readonly ModelEntry[]> {
  if (!(await exists(join(pageFolder, "index.html")))) {
    throw new UsageError(`Cannot find the built page in ${quote(pageFolder)}: build it first (npm run build)`);
  }
  await checkTarget(folder, pageFolder);
  await cp(pageFolder, folder, { recursive: true });
  await mkdir(join(folder, "ort"), { recursive: true });
  for (const file of ENGINE) await cp(join(engine, file), join(folder, "ort", file));
  const entries: ModelEntry[] = [];
  for (const { id, folder: from, labels, bytes } of models) {
    const to = join(folder, "models", id);
    await mkdir(to, { recursive: true });
    for (const file of FILES) if (await exists(join(from, file))) await cp(join(from, file), join(to, file));
    const config = JSON.parse(await readFile(join(from, "config.json"), "utf8")) as StoredConfig;
    const kind = config.image_size === undefined ? "text" : "image";
    const prompt = predictsTokens(config) ? { prompt: { chat: await hasChatTemplate(from) } } : {};
    const isFirst = !entries.some((entry) => entry.kind === kind);
    entries.push({ name: id, kind, labels, default: isFirst, bytes, ...prompt });
  }
  await writeFile(join(folder, INDEX), `${JSON.stringify({ models: entries }, null, 2)}\n`);
  return entries;
}

interface StoredConfig {
  readonly image_size?: unknown;
  readonly architectures?: readonly string[];
}

const predictsTokens = ({ architectures = [] }: StoredConfig): boolean =>
  architectures.some((name) => /For(Causal|Conditional)(LM|Generation)$|LMHeadModel$/.test(name));

async function hasChatTemplate(folder: string): Promise<boolean> {
  if (await exists(join(folder, "chat_template.jinja"))) return true;
  const file = join(folder, "tokenizer_config.json");
  return (await exists(file)) && "chat_template" in (JSON.parse(await readFile(file, "utf8")) as object);
}

async function checkTarget(folder: string, pageFolder: string): Promise<void> {
  const refuse = (found: string) =>
    new UsageError(`Cannot write the page to ${quote(folder)}: ${found}; name another folder`);
  // Of a path that is still to be made, what is there already must be a folder.
  let there = resolve(folder);
  while (!(await exists(there))) there = dirname(there);
  if (!(await stat(there)).isDirectory()) {
    throw refuse(there === resolve(folder) ? "it is a file" : `${quote(there)} is a file`);
  }
  const target = (await realpath(there)) + resolve(folder).slice(there.length);
  const page = await realpath(pageFolder);
  if (target === page || target.startsWith(page + sep)) throw refuse("the built page itself is there");
  if ((await exists(join(folder, "index.html"))) && !(await exists(join(folder, INDEX)))) {
    throw refuse(`its "index.html" is another page`);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
