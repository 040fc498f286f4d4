/** @file The folder that `npm run page:static` writes, and where it refuses to write. That it works in a browser: page.test.ts. */

import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "@calig/core/internal/errors";
import { describe, expect, it } from "vitest";
import { type StaticModel, writeStaticPage } from "../../scripts/static-page.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";

const PAGE: Files = { "index.html": "<!doctype html>new", "assets/app.js": "start()" };
const ORT: Files = Object.fromEntries(
  [".asyncify", ""].flatMap((kind) =>
    [".mjs", ".wasm"].map((end) => [`ort-wasm-simd-threaded${kind}${end}`, "engine"]),
  ),
);
const TEXT_MODEL: Files = {
  "config.json": `{"model_type": "bert"}`,
  "model.safetensors": "weights",
  "tokenizer.json": "{}",
  "metrics.json": "{}",
};
const IMAGE_MODEL: Files = {
  "config.json": `{"model_type": "vit", "image_size": 32}`,
  "model.safetensors": "more weights",
  "preprocessor_config.json": "{}",
};

const tempFolder = useTempFolders();

const modelOf = async (id: string, files: Files): Promise<StaticModel> => ({
  id,
  folder: await tempFolder(files),
  labels: ["no", "yes"],
  bytes: 7,
});
const sourcesOf = async (page: Files) => ({ page: await tempFolder(page), engine: await tempFolder(ORT) });

/** Paths of all files of a folder. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe("writeStaticPage", () => {
  it("writes the page, what a browser reads of the models, and their index", async () => {
    const folder = join(await tempFolder(), "new", "site");
    const models = [
      await modelOf("first", TEXT_MODEL),
      await modelOf("second", TEXT_MODEL),
      await modelOf("pictures", IMAGE_MODEL),
    ];
    await writeStaticPage(folder, await sourcesOf(PAGE), models);
    const text = ["config.json", "model.safetensors", "tokenizer.json"];
    const image = ["config.json", "model.safetensors", "preprocessor_config.json"];
    expect(await filesOf(folder)).toEqual([
      "assets/app.js",
      "index.html",
      ...text.map((file) => `models/first/${file}`),
      "models/index.json",
      ...image.map((file) => `models/pictures/${file}`),
      ...text.map((file) => `models/second/${file}`),
      ...Object.keys(ORT).map((file) => `ort/${file}`),
    ]);
    expect(await readFile(join(folder, "models/pictures/model.safetensors"), "utf8")).toBe("more weights");
    const same = { labels: ["no", "yes"], bytes: 7 };
    expect(JSON.parse(await readFile(join(folder, "models/index.json"), "utf8"))).toEqual({
      models: [
        { name: "first", kind: "text", default: true, ...same },
        { name: "second", kind: "text", default: false, ...same },
        { name: "pictures", kind: "image", default: true, ...same },
      ],
    });
  });

  it("brings its own page up to date and leaves other files alone", async () => {
    const folder = await tempFolder({ CNAME: "example.org" });
    const models = [await modelOf("first", TEXT_MODEL)];
    await writeStaticPage(folder, await sourcesOf({ "index.html": "<!doctype html>old" }), models);
    await writeStaticPage(folder, await sourcesOf(PAGE), models);
    expect(await readFile(join(folder, "index.html"), "utf8")).toBe(PAGE["index.html"]);
    expect(await readFile(join(folder, "CNAME"), "utf8")).toBe("example.org");
  });

  it.each<[string, (at: { readonly place: string; readonly page: string }) => string | Promise<string>, RegExp]>([
    ["a file", ({ place }) => join(place, "file"), /: it is a file; name another folder$/],
    ["a folder below a file", ({ place }) => join(place, "file/site"), /file" is a file; name another folder$/],
    ["another page", ({ place }) => join(place, "other"), /: its "index\.html" is another page; name another folder$/],
    ["the built page", ({ page }) => page, /: the built page itself is there; name another folder$/],
    ["a folder in the built page", ({ page }) => join(page, "site"), /: the built page itself is there/],
    [
      "a link to the built page",
      async ({ place, page }) => {
        await symlink(page, join(place, "link"));
        return join(place, "link");
      },
      /: the built page itself is there/,
    ],
  ])("refuses %s and writes nothing", async (_what, choose, message) => {
    const place = await tempFolder({ file: "", "other/index.html": "mine" });
    const page = await tempFolder(PAGE);
    const target = await choose({ place, page });
    const before = [await filesOf(place), await filesOf(page)];
    const refused = writeStaticPage(target, { page, engine: await tempFolder(ORT) }, [
      await modelOf("first", TEXT_MODEL),
    ]);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
    expect([await filesOf(place), await filesOf(page)]).toEqual(before);
  });

  it("says that the page must be built first", async () => {
    const target = join(await tempFolder(), "site");
    await expect(writeStaticPage(target, await sourcesOf({}), [])).rejects.toThrow(/build it first \(npm run build\)$/);
  });
});
