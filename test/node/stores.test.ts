/** @file One table of models, each read through every store that a model can be in: the same numbers, and the same words. */

import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import type { ModelStore } from "@calig/core/internal/loading/model-store";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { floatToHalf } from "@calig/core/internal/tensor/half";
import { explain, fromTransformersCache, type LoadOptions, loadModel, rgbImage } from "@calig/node";
import { openStore } from "@calig/web/internal/web/model-files";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { runCli } from "../support/run-cli.ts";
import { serveFolders } from "../support/static-server.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const FIXTURES = new URL("../fixtures/", import.meta.url);
const TEXT = "no film, yes the end";
const NAME = "some-one/some-model";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const fixture = (path: string) => readFile(new URL(path, FIXTURES));
const fixtures = async (folder: string, names: readonly string[]): Promise<Files> =>
  Object.fromEntries(await Promise.all(names.map(async (name) => [name, await fixture(`${folder}/${name}`)] as const)));

/** The tiny model in two files of half precision. */
function shards(): Files {
  const { "model.safetensors": _, ...files } = tinyBertFiles();
  const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const fileOf = (index: number) => names[index % 2] as string;
  const map = Object.fromEntries(tinyTensors().map(([name], index) => [name, fileOf(index)]));
  const shard = (file: string) =>
    encodeSafetensors(
      tinyTensors()
        .filter(([name]) => map[name] === file)
        .map(([name, shape]) => ({ name, dtype: "float16", shape, data: floatToHalf(hashedParameter(name, shape)) })),
    );
  return {
    ...files,
    "model.safetensors.index.json": JSON.stringify({ weight_map: map }),
    ...Object.fromEntries(names.map((name) => [name, shard(name)])),
  };
}

const CHECKPOINT = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

/** What lies in the folder of each model, and how it is loaded. */
const MODELS: readonly { readonly name: string; files(): Promise<Files>; readonly options?: LoadOptions }[] = [
  { name: "a checkpoint", files: async () => tinyBertFiles() },
  { name: "shards of half precision", files: async () => shards() },
  {
    name: "quantised weights",
    files: async () => ({
      ...(await fixtures("quantised/bitsandbytes-int8", ["config.json", "model.safetensors"])),
      ...(await fixtures("quantised", ["tokenizer.json", "tokenizer_config.json"])),
    }),
  },
  {
    name: "an adapter beside its base",
    files: async () => ({
      ...(await fixtures("adapters/bases/bert", CHECKPOINT)),
      ...(await fixtures("adapters/dora", ["adapter_config.json", "adapter_model.safetensors"])),
    }),
  },
  {
    name: "an ONNX file, with settings that were tuned",
    files: async () => ({
      "model.onnx": await fixture("onnx/bert-legacy-17-eager.onnx"),
      "tokenizer.json": tinyTokenizer(),
      "model.calig.json": JSON.stringify({
        version: 1,
        fusion: "additive",
        lambda: 0.25,
        layerWeights: "last",
        chosenBy: { metric: "test" },
      }),
    }),
  },
  {
    name: "one of several ONNX files in the layout of transformers.js",
    files: async () => ({
      "onnx/model_fp16.onnx": await fixture("onnx/bert-fp16.onnx"),
      "onnx/model_quantized.onnx": await fixture("onnx/bert-q8.onnx"),
      "tokenizer.json": tinyTokenizer(),
    }),
    options: { dtype: "q8" },
  },
  { name: "a model of pictures", files: async () => tinyVitFiles() },
];

/** Where a model is put, and how it is opened there. */
const STORES: readonly { readonly name: string; open(folder: string): Promise<ModelStore | string> }[] = [
  {
    name: "an address",
    open: async (folder) => {
      const server = await serveFolders({ model: folder }, { isolated: false });
      closing.push(() => server.close());
      return openStore(`${server.url}model`);
    },
  },
  {
    name: "dropped files",
    open: async (folder) => {
      const entries = await Promise.all(
        (await filesBelow(folder)).map(async (path) => {
          const file = new File([await readFile(join(folder, path))], basename(path));
          return Object.defineProperty(file, "webkitRelativePath", { value: `dropped/${path}` });
        }),
      );
      return openStore(entries);
    },
  },
  {
    name: "the cache of transformers.js in Node",
    open: async (folder) => {
      const cacheDir = await tempFolder();
      await cp(folder, join(cacheDir, NAME), { recursive: true });
      return fromTransformersCache(NAME, { cacheDir });
    },
  },
  {
    name: "the cache of Hugging Face",
    open: async (folder) => {
      await hubCache(folder);
      return NAME;
    },
  },
];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  vi.unstubAllEnvs();
});

async function filesBelow(folder: string): Promise<readonly string[]> {
  const { readdir } = await import("node:fs/promises");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** A cache as huggingface_hub lays it out: files of a snapshot are links to blobs that have no names of their own. */
async function hubCache(folder: string, revision = "main"): Promise<string> {
  const cache = await tempFolder();
  const model = join(cache, `models--${NAME.replace("/", "--")}`);
  await mkdir(join(model, "blobs"), { recursive: true });
  for (const [i, path] of (await filesBelow(folder)).entries()) {
    const link = join(model, "snapshots", COMMIT, path);
    await mkdir(dirname(link), { recursive: true });
    await cp(join(folder, path), join(model, "blobs", `blob${i}`));
    await symlink(join(model, "blobs", `blob${i}`), link);
  }
  await mkdir(dirname(join(model, "refs", revision)), { recursive: true });
  await writeFile(join(model, "refs", revision), COMMIT);
  vi.stubEnv("HF_HUB_CACHE", cache);
  return cache;
}

const picture = () =>
  rgbImage(
    24,
    24,
    Uint8Array.from({ length: 24 * 24 * 3 }, (_, i) => (i * 37) % 256),
  );

/** What is explained, and what is said of the model, but where it lies. */
async function told(source: ModelStore | string, options: LoadOptions = {}) {
  await using model = await loadModel(source, options);
  const input = model.tokenizer === undefined ? { image: picture() } : TEXT;
  const { attribution, predictions, model: facts, warnings, method } = await explain(model, input, { steps: 3 });
  const { id: _, ...rest } = facts;
  return { attribution, predictions, facts: rest, warnings, method, notes: model.notes, weights: model.weights };
}

describe.each(MODELS)("$name", ({ files, options }) => {
  let folder: string;
  let wanted: Awaited<ReturnType<typeof told>>;
  beforeAll(async () => {
    folder = await tempFolder(await files());
    wanted = await told(folder, options);
  });

  it.each(STORES)("gives the same from $name", async ({ open }) => {
    expect(await told(await open(folder), options)).toEqual(wanted);
  });
});

describe("a side file that leads out of the folder", () => {
  it.each(["../secret", "sub/../../secret", "/etc/passwd"])("is asked of no store: %s", async (location) => {
    const model = decodeModel(new Uint8Array(await fixture("onnx/bert-legacy-17-eager.onnx")));
    const initializers = model.graph.initializers.map((tensor) => ({
      ...tensor,
      storage: { kind: "external", location, offset: 0, length: 4 } as const,
    }));
    const bytes = encodeModel({ ...model, graph: { ...model.graph, initializers } });
    const asked: string[] = [];
    const store = openStore({
      name: "model",
      paths: undefined,
      async read(path) {
        asked.push(path);
        return path === "model.onnx" ? bytes : undefined;
      },
    });
    await expect(loadModel(store)).rejects.toThrow(`"${location}" leads out of the folder of the model`);
    expect(asked.filter((path) => /secret|passwd/.test(path))).toEqual([]);
  });
});

describe("a name in the cache of Hugging Face", () => {
  it("is what explanations call the model, and its revisions are told apart", async () => {
    await hubCache(await tempFolder(tinyBertFiles()), "refs/pr/1");
    for (const revision of ["refs/pr/1", COMMIT]) {
      await using model = await loadModel(NAME, { revision });
      expect(model.facts.id).toBe(NAME);
      expect(model.folder).toMatch(new RegExp(`snapshots/${COMMIT}$`));
    }
    await expect(loadModel(NAME)).rejects.toThrow(
      /from the cache of Hugging Face in ".*models--some-one--some-model": it holds its "refs\/pr\/1", not the revision "main"; give a revision that is there, or download this one/,
    );
    await expect(loadModel(NAME, { revision: "../../.." })).rejects.toThrow(/not the revision "\.\.\/\.\.\/\.\."/);
    const store = openStore({ name: "model", paths: [], read: async () => undefined });
    await expect(loadModel(store, { revision: "v2" })).rejects.toThrow(
      /Cannot use revision "v2" of "model": the files of a store are those of one revision/,
    );
  });

  it("has its revisions on the command line, in every command that loads a model", async () => {
    await hubCache(await tempFolder(tinyBertFiles()), "v2");
    const ask = (...argv: string[]) => runCli([...argv, "--model", NAME]);
    const found = await ask("inspect", "--json", "--revision", "v2");
    expect(JSON.parse(found.stdout)).toMatchObject({ id: NAME });
    const others = [
      ["inspect"],
      ["explain", TEXT],
      ["compare", TEXT],
      ["verify"],
      ["explain", TEXT, "--revision", "v3"],
    ];
    for (const argv of others) {
      const { code, stderr } = await ask(...argv);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/holds its "v2", not the revision "/),
      });
    }
    const { code, stderr } = await runCli(["explain", TEXT, "--model", "sst2", "--revision", "v2"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/"sst2" is a built-in model/) });
  });

  it("is found where the variables of huggingface_hub say", async () => {
    const cache = await hubCache(await tempFolder(tinyBertFiles()));
    vi.unstubAllEnvs();
    vi.stubEnv("HF_HUB_CACHE", "");
    const home = await tempFolder();
    await cp(cache, join(home, "hub"), { recursive: true, verbatimSymlinks: true });
    vi.stubEnv("HF_HOME", home);
    await using model = await loadModel(NAME);
    expect(model.folder).toContain(join(home, "hub"));
    await cp(join(home, "hub"), join(home, "cache/huggingface/hub"), { recursive: true, verbatimSymlinks: true });
    vi.stubEnv("HF_HOME", "");
    vi.stubEnv("XDG_CACHE_HOME", join(home, "cache"));
    await using other = await loadModel(NAME);
    expect(other.folder).toContain("cache/huggingface/hub");
  });

  it("gives way to a folder of that name, and to a built-in model", async () => {
    await hubCache(await tempFolder(tinyBertFiles()));
    await using builtin = await loadModel("sst2");
    expect(builtin.folder).not.toContain("snapshots");
    await expect(loadModel("sst2", { revision: "main" })).rejects.toThrow(
      /Cannot use revision "main": "sst2" is a built-in model/,
    );
    const folder = await tempFolder({ ...tinyBertFiles(), "some-one/some-model/config.json": "{" });
    const before = process.cwd();
    vi.spyOn(process, "cwd").mockReturnValue(folder);
    await expect(loadModel(NAME)).rejects.toThrow(/"config.json": it is not valid JSON/);
    vi.restoreAllMocks();
    expect(process.cwd()).toBe(before);
  });

  it("says where it was looked for, and what to get where a part was downloaded", async () => {
    const cache = await hubCache(await tempFolder(tinyBertFiles()));
    await expect(loadModel("some-one/other")).rejects.toThrow(
      `the cache of Hugging Face ("${cache}") does not hold it: give --allow-download (loadModel(name, { allowDownload: true })), or download it there (hf download some-one/other)`,
    );
    await rm(join(cache, "models--some-one--some-model/snapshots", COMMIT, "model.safetensors"));
    await expect(loadModel(NAME)).rejects.toThrow(
      /there is no file "model.safetensors" and no .onnx file.*the cache holds what was downloaded so far: get the rest of the model \(hf download some-one\/some-model, or --allow-download\)/,
    );
  });

  it("is the base of an adapter that names it, where no folder is", async () => {
    const base = await tempFolder(await fixtures("adapters/bases/bert", CHECKPOINT));
    const adapter = await fixtures("adapters/dora", ["adapter_config.json", "adapter_model.safetensors"]);
    const settings = JSON.parse(String(adapter["adapter_config.json"])) as object;
    const alone = await tempFolder({
      ...adapter,
      "adapter_config.json": JSON.stringify({ ...settings, base_model_name_or_path: NAME }),
    });
    await expect(loadModel(alone)).rejects.toThrow(/nor in the cache of Hugging Face/);
    await hubCache(base);
    const beside = await tempFolder({ ...(await fixtures("adapters/bases/bert", CHECKPOINT)), ...adapter });
    const { attribution } = await told(alone);
    expect(attribution).toEqual((await told(beside)).attribution);
  });
});

describe("the cache of transformers.js in Node", () => {
  it("holds other revisions in folders of their own, and says what it holds", async () => {
    const cacheDir = await tempFolder(
      Object.fromEntries(Object.entries(tinyBertFiles()).map(([name, content]) => [`${NAME}/v2/${name}`, content])),
    );
    await using model = await loadModel(await fromTransformersCache(NAME, { cacheDir, revision: "v2" }));
    expect(model.facts.blocks).toBe(2);
    await writeFile(join(cacheDir, NAME, "config.json"), "{}");
    await expect(fromTransformersCache("some-one/other", { cacheDir })).rejects.toThrow(
      'it holds "some-one/some-model"; give the name that a pipeline of transformers.js loaded, or let one load it first',
    );
    await expect(fromTransformersCache(NAME, { cacheDir, revision: "v3" })).rejects.toThrow(
      'not the revision "v3" of it',
    );
    await expect(fromTransformersCache(NAME)).rejects.toThrow(/in ".*@huggingface\/transformers\/\.cache"/);
  });
});
