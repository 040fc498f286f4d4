/**
 * @file What a reader of `loadModel` walks through: the files whose functions run when a model is loaded, and how often one
 * is entered. A stay is a file that is entered; a return is one that was left before.
 *
 * Every function of the built packages tells when it is entered; each is followed once, in the order in which they are
 * first entered. Counted are the folders that say which files are read and what is in them: node, web, loading, checkpoint.
 *
 *     npm run build && node bench/loading-walk.mjs FOLDER... [--list]
 */

import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { parseAst } from "vite";

const PACKAGES = new URL("../packages/", import.meta.url).href;
const COUNTED = /^(node|web|loading|checkpoint)\//;

/** Makes each function call `globalThis.entered` first. Runs in the thread of module hooks. */
export async function load(url, context, next) {
  const isBuilt = url.startsWith(PACKAGES) && url.includes("/dist/") && !url.includes("/node_modules/");
  if (!isBuilt || !url.endsWith(".js")) return next(url, context);
  const text = await readFile(fileURLToPath(url), "utf8");
  const name = url.slice(url.indexOf("/dist/") + "/dist/".length, -".js".length);
  const inserts = [];
  visit(parseAst(text), (body, start) => {
    const call = `globalThis.entered?.(${JSON.stringify(`${name}:${start}`)})`;
    if (body.type === "BlockStatement") inserts.push([body.start + 1, `${call};`]);
    else inserts.push([body.start, `(${call},`], [body.end, ")"]);
  });
  let source = text;
  for (const [at, what] of inserts.sort((a, b) => b[0] - a[0])) source = source.slice(0, at) + what + source.slice(at);
  return { format: "module", source, shortCircuit: true };
}

function visit(node, onFunction) {
  if (node === null || typeof node !== "object") return;
  if (/Function(Expression|Declaration)$/.test(node.type) && node.body) onFunction(node.body, node.start);
  for (const child of Object.values(node)) {
    if (typeof child === "object") visit(child, onFunction);
  }
}

/** The files of a folder as a page gets them. */
function contentsOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = `${parentPath}/${name}`;
      return [path.slice(folder.length).replace(/^\//, ""), new Uint8Array(readFileSync(path))];
    }),
  );
}

async function main() {
  const list = process.argv.includes("--list");
  const folders = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  register(import.meta.url);
  const built = (path) => import(new URL(path, PACKAGES).href);
  const { loadModel } = await built("node/dist/node.js");
  const { loadModel: loadInPage } = await built("web/dist/web.js");
  const { createNodeRuntime } = await built("node/dist/runtime/onnxruntime-node.js");
  const all = new Set();
  for (const folder of folders) {
    const ways = {
      Node: () => loadModel(folder),
      web: () => loadInPage(contentsOf(folder), { runtime: createNodeRuntime() }),
    };
    for (const [way, open] of Object.entries(ways)) {
      const order = new Set();
      globalThis.entered = (name) => order.add(name);
      const model = await open();
      globalThis.entered = undefined;
      await model.dispose();
      for (const name of order) all.add(name);
      tell(`${folder} (${way})`, order, list);
    }
  }
  tell("all, each function once", all, false);
}

function tell(what, functions, list) {
  const files = [...functions].map((name) => name.slice(0, name.lastIndexOf(":"))).filter((file) => COUNTED.test(file));
  const stays = files.filter((file, i) => file !== files[i - 1]);
  const rooms = new Set(stays).size;
  console.log(`${what}: ${rooms} files, ${stays.length} stays, ${stays.length - rooms} returns`);
  if (list) console.log(`  ${stays.join(" > ")}`);
}

if (isMainThread) await main();
