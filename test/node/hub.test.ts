/** @file Models of a hub on this machine: downloaded where that is allowed, whole, once, and with the token for the hub alone. */

import { spawn } from "node:child_process";
import { lstat, readdir, readFile, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type DownloadProgress, explain, loadModel } from "@calig/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { COMMIT, type HubServer, SIGNATURE, serveHub } from "../support/hub-server.ts";
import { runCli } from "../support/run-cli.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

const REFERENCE = new URL("../golden/hub-cache.json", import.meta.url);
const TEXT = "no film, yes the end";
const TOKEN = "hf_thisIsASecretOfSomebody";
const OTHER = "fedcba9876543210fedcba9876543210fedcba98";

const tempFolder = useTempFolders();
/** Of a folder that has more than calig needs. */
const FILES: Files = {
  ...tinyBertFiles(),
  "README.md": "a card",
  "onnx/model.onnx": "not asked for",
  "pytorch_model.bin": "no",
};

const WEIGHTS = FILES["model.safetensors"] as Uint8Array;

let hub: HubServer;
let cache: string;
beforeAll(async () => {
  hub = await serveHub({
    "some-one/some-model": { files: FILES, refs: { main: COMMIT, "refs/pr/1": OTHER } },
    "plain-name": { files: { ...FILES, "tokenizer.json": tinyTokenizer() } },
    "some-one/secret": { files: FILES, token: TOKEN },
    "some-one/gated": { files: FILES, gated: true },
    "some-one/outside": { files: { "../../x": "" } },
    "some-one/adapter": {
      files: {
        "adapter_config.json": JSON.stringify({ peft_type: "LORA", base_model_name_or_path: "some-one/nowhere" }),
        "adapter_model.safetensors": WEIGHTS,
      },
    },
  });
});
afterAll(() => hub.close());
beforeEach(async () => {
  hub.seen.length = 0;
  Object.assign(hub.faults, { cuts: [], damaged: false, ignoresRanges: false, busy: 0 });
  cache = await tempFolder();
  vi.stubEnv("HF_HOME", cache);
  vi.stubEnv("HF_ENDPOINT", `${hub.url}/`);
  for (const name of [
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_TOKEN_PATH",
    "HF_HUB_OFFLINE",
  ]) {
    vi.stubEnv(name, "");
  }
});
afterEach(() => vi.unstubAllEnvs());

const modelFolder = (name: string) => join(cache, "hub", `models--${name.replace("/", "--")}`);

/** Files below a folder; links with what they lead to. */
async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.flatMap(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) return [`${path.slice(folder.length + 1)} -> ${await readlink(path)}`];
    return entry.isFile() ? [path.slice(folder.length + 1)] : [];
  });
  return (await Promise.all(lines)).flat().sort();
}

const load = async (name = "some-one/some-model", options: Parameters<typeof loadModel>[1] = {}): Promise<void> =>
  (await loadModel(name, { allowDownload: true, ...options })).dispose();

async function scoreOf(name: string, options: Parameters<typeof loadModel>[1] = {}): Promise<number> {
  await using model = await loadModel(name, options);
  return (await explain(model, TEXT, { method: "gradient-x-input" })).target.score;
}

/** Ranges that the storage was asked for. */
const ranges = () => hub.seen.filter(({ host }) => host === "storage").map(({ range }) => range);

describe("a model of the hub", () => {
  it("is downloaded as huggingface_hub does, what is needed of it alone, and has the numbers of the folder", async () => {
    const told: string[] = [];
    const onProgress = ({ file, loadedBytes, totalBytes }: DownloadProgress) =>
      void told.push(`${file} ${loadedBytes}/${totalBytes}`);
    const score = await scoreOf("some-one/some-model", { allowDownload: true, onProgress });
    expect(score).toBe(await scoreOf(await tempFolder(tinyBertFiles())));
    expect(told).toContain(`model.safetensors ${WEIGHTS.length}/${WEIGHTS.length}`);
    const { tree: theirs } = JSON.parse(await readFile(REFERENCE, "utf8")) as { readonly tree: readonly string[] };
    const needed = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "README.md"];
    const links = needed.map(
      (file) => theirs.find((line) => line.startsWith(`snapshots/${COMMIT}/${file} -> `)) ?? file,
    );
    const blobs = links.map((line) => `blobs/${line.split("/blobs/")[1]}`);
    const model = modelFolder("some-one/some-model");
    expect(await tree(model)).toEqual([...blobs, "refs/main", ...links].sort());
    expect(await readFile(join(model, "refs/main"), "utf8")).toBe(COMMIT);
  });

  it("is not downloaded again: the hub says whether it has changed, or nothing is asked", async () => {
    await load();
    hub.seen.length = 0;
    await load();
    expect(hub.seen.map(({ path }) => path)).toEqual(["/api/models/some-one/some-model/revision/main"]);
    hub.seen.length = 0;
    await load("some-one/some-model", { allowDownload: false });
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    await load();
    expect(hub.seen).toEqual([]);
  });

  it("may be a revision, and a name without an owner", async () => {
    await load("some-one/some-model", { revision: "refs/pr/1" });
    expect(await readFile(join(modelFolder("some-one/some-model"), "refs/refs/pr/1"), "utf8")).toBe(OTHER);
    await load("some-one/some-model", { revision: OTHER });
    expect((await lstat(join(modelFolder("some-one/some-model"), "snapshots", OTHER))).isDirectory()).toBe(true);
    await load("plain-name");
    expect(await readdir(join(modelFolder("plain-name"), "snapshots"))).toEqual([COMMIT]);
  });
});

describe("a download that is cut off", () => {
  it.each([
    { name: "goes on where it ended", ignoresRanges: false, wanted: [undefined, "bytes=1000-", "bytes=5000-"] },
    {
      name: "begins anew where the storage does not know ranges",
      ignoresRanges: true,
      wanted: [undefined, "bytes=1000-", "bytes=4000-"],
    },
  ])("$name", async ({ ignoresRanges, wanted }) => {
    Object.assign(hub.faults, { cuts: [1000, 4000], ignoresRanges });
    await load();
    expect(ranges()).toEqual(wanted);
  });

  it("is kept, and the next process goes on with it", async () => {
    hub.faults.cuts = [1000, 1, 1, 1, 1];
    await expect(load()).rejects.toThrow(
      `Cannot download model "some-one/some-model" from "${hub.url}": "model.safetensors" was cut off after 1004 of ${WEIGHTS.length} bytes; try again, what has come is kept, or set HF_ENDPOINT to a hub that this machine reaches`,
    );
    hub.seen.length = 0;
    await load();
    expect(ranges()).toEqual(["bytes=1004-"]);
  });

  it("goes on after a process that was killed, and not with the file of one that writes", async () => {
    await load();
    const model = modelFolder("some-one/some-model");
    const blob = (await readdir(join(model, "blobs"))).find((name) => name.length === 64) as string;
    const gone = spawn("true");
    await new Promise((resolve) => gone.on("exit", resolve));
    const left = (pid: number | undefined) => join(model, "blobs", `${blob}.calig-${hostname()}-${pid}.incomplete`);
    const again = async () => {
      await rm(join(model, "blobs", blob));
      await rm(join(model, "snapshots"), { recursive: true });
      hub.seen.length = 0;
      await load();
      return ranges();
    };
    await writeFile(left(gone.pid), WEIGHTS.subarray(0, 777));
    expect(await again()).toEqual(["bytes=777-"]);
    await writeFile(left(process.ppid), WEIGHTS.subarray(0, 888));
    expect(await again()).toEqual([undefined]);
    // One that has not written for long is gone, wherever it ran.
    await utimes(left(process.ppid), 0, 0);
    expect(await again()).toEqual(["bytes=888-"]);
  });

  it("waits for a hub that is busy", async () => {
    hub.faults.busy = 2;
    await load();
  });

  it("is refused where its checksum is another one, and nothing of it is kept", async () => {
    hub.faults.damaged = true;
    await expect(load()).rejects.toThrow(
      /"model\.safetensors" came with the checksum [0-9a-f]{64}, wanted [0-9a-f]{64}; download it again$/,
    );
    expect((await tree(modelFolder("some-one/some-model"))).filter((path) => path.includes("incomplete"))).toEqual([]);
    hub.faults.damaged = false;
    await load();
  });
});

describe("a token", () => {
  it("goes to the hub and not to the storage, and into no message", async () => {
    vi.stubEnv("HF_TOKEN", `${TOKEN}\n`);
    const { code, stdout, stderr } = await runCli([
      "explain",
      TEXT,
      "--model",
      "some-one/secret",
      "--allow-download",
      "--debug",
    ]);
    expect(code).toBe(0);
    expect(new Set(hub.seen.map(({ host, token }) => `${host} ${token}`))).toEqual(
      new Set([`hub Bearer ${TOKEN}`, "storage undefined"]),
    );
    hub.faults.damaged = true;
    const damaged = await runCli(["explain", TEXT, "--model", "some-one/some-model", "--allow-download", "--debug"]);
    expect(damaged.code).toBe(1);
    for (const secret of [TOKEN, SIGNATURE]) expect(stdout + stderr + damaged.stderr).not.toContain(secret);
  });

  it("is the one that hf auth login wrote, unless it is not to be used", async () => {
    await writeFile(join(cache, "token"), TOKEN);
    await load("some-one/secret");
    vi.stubEnv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    await expect(load("some-one/secret")).rejects.toThrow(
      "there is no such model, or it is private; check the name; for a private one give a token (HF_TOKEN, or hf auth login)",
    );
  });
});

describe("what cannot be downloaded", () => {
  it.each([
    [
      "some-one/nothing",
      {},
      "there is no such model, or it is private; check the name; for a private one give a token",
    ],
    [
      "some-one/gated",
      {},
      /access is granted to those who accept its terms \(403\); accept its terms at http:\S+\/some-one\/gated, and give a token/,
    ],
    [
      "some-one/some-model",
      { revision: "v9" },
      'it has no revision "v9" of it; give a branch, a tag or a commit of it',
    ],
    ["some-one/outside", {}, 'it names a file "../../x", which lies in no folder of a model'],
    ["some-one/adapter", {}, 'Cannot download model "some-one/nowhere"'],
  ])("%s %o", async (name, options, message) => {
    await expect(load(name, options)).rejects.toThrow(message);
  });

  it("is a hub that is not there: what the cache holds is read then, with a word about it", async () => {
    await load();
    const closed = await serveHub({});
    await closed.close();
    vi.stubEnv("HF_ENDPOINT", closed.url);
    await expect(load("some-one/other")).rejects.toThrow("cannot be reached (ECONNREFUSED); try again");
    await using model = await loadModel("some-one/some-model", { allowDownload: true });
    expect(model.warnings?.map(({ code }) => code)).toContain("hub-not-reached");
    vi.stubEnv("HF_ENDPOINT", "file:///etc");
    await expect(load()).rejects.toThrow('Cannot ask the hub at HF_ENDPOINT: it is "file:///etc", wanted an address');
  });

  it("is what nobody allowed: the error says how", async () => {
    const { code, stderr } = await runCli(["explain", TEXT, "--model", "bert-base-uncased"]);
    expect(code).toBe(1);
    expect(stderr).toContain("calig fetches nothing from a network unless it is told to");
    expect(stderr).toContain("give --allow-download (loadModel(name, { allowDownload: true }))");
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    const offline = await runCli(["explain", TEXT, "--model", "bert-base-uncased", "--allow-download"]);
    expect(offline.stderr).toContain("HF_HUB_OFFLINE forbids to ask the hub for it");
    expect(hub.seen).toEqual([]);
  });

  it("stops when it is told to, and keeps what has come", async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    await expect(load(undefined, { signal: stop.signal, onProgress })).rejects.toThrow("enough");
  });
});

it("the bar says what is downloaded", async () => {
  const { stderr } = await runCli(["inspect", "--model", "some-one/some-model", "--allow-download"], {
    isTTY: { stderr: true },
  });
  expect(stderr).toMatch(/downloading [\w.]+, [\d.]+ of [\d.]+ MB/);
});
