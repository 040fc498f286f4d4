/** @file `calig mcp` as assistants use it: a process of its own, asked by the client of the protocol's authors. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, type Progress } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeBlocks } from "../support/code-blocks.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const ROOT = join(import.meta.dirname, "../..");

let folder: string;
let client: Client;
beforeAll(async () => {
  folder = await tempFolder();
  const model = await tempFolder(tinyBertFiles());
  client = await connect(folder, [`tiny=${model}`]);
});
afterAll(() => client.close());

/** A client of a server of its own. */
const connect = (cwd: string, models: readonly string[]): Promise<Client> =>
  start(cwd, ["mcp", ...models.flatMap((model) => ["--model", model])]);

async function start(cwd: string, argv: readonly string[]): Promise<Client> {
  const connected = new Client({ name: "test", version: "1" });
  await connected.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts"), ...argv],
      cwd,
      stderr: "ignore",
    }),
  );
  return connected;
}

interface Answer {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function call(name: string, args: Record<string, unknown>, options: object = {}): Promise<Answer> {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: args }, options);
  const [first] = content;
  return {
    isError: isError === true,
    text: first?.type === "text" ? first.text : "",
    data: (structuredContent ?? {}) as Readonly<Record<string, unknown>>,
  };
}

describe("calig mcp", () => {
  it("starts with the settings that docs/assistants.md shows", async () => {
    const page = codeBlocks().find(({ page, language }) => page === "docs/assistants.md" && language === "json");
    const { mcpServers } = JSON.parse(page?.text ?? "") as {
      readonly mcpServers: { readonly calig: { readonly command: string; readonly args: readonly string[] } };
    };
    const { command, args } = mcpServers.calig;
    expect([command, args[0]]).toEqual(["npx", "calig"]);
    const files = Object.entries(tinyBertFiles()).map(([name, content]) => [`my-bert/${name}`, content]);
    const shown = await start(await tempFolder(Object.fromEntries(files)), args.slice(1));
    const { structuredContent } = await shown.callTool({ name: "inspect", arguments: {} });
    await shown.close();
    const { models } = structuredContent as { readonly models: readonly { readonly name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(["sst2", "mine"]);
  });

  it("lists its tools with what they take, each an object without alternatives at its top", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["explain", "compare", "evaluate", "inspect", "methods", "verify"]);
    for (const { description, inputSchema } of tools) {
      expect(description).toMatch(/^[A-Z].{40,}\.$/s);
      // Services that models are asked through refuse these at the top.
      expect(Object.keys(inputSchema)).not.toEqual(expect.arrayContaining(["oneOf"]));
      expect(inputSchema.type).toBe("object");
      expect(JSON.stringify(inputSchema)).not.toContain("$ref");
    }
    expect(client.getInstructions()).toContain("not what is true");
  });

  it("explains a text: a summary, figures, and notices of progress", async () => {
    const notices: Progress[] = [];
    const { isError, text, data } = await call(
      "explain",
      { text: "hello world" },
      { onprogress: (notice: Progress) => notices.push(notice) },
    );
    expect(isError).toBe(false);
    expect(text).toMatch(/^The model says /);
    expect(data.summary).toBe(text);
    expect(data.words).toEqual([
      ["hello", expect.any(Number)],
      ["world", expect.any(Number)],
    ]);
    expect(notices.length).toBeGreaterThan(0);
    expect(notices.every(({ progress, total }) => progress >= 0 && progress <= 1 && total === 1)).toBe(true);
  });

  it("writes the explanation where it is told to, and says where", async () => {
    const { text, data } = await call("explain", { text: "hello world", out: "why.html", language: "de" });
    expect(text).toMatch(/^Das Modell /);
    expect(data.written).toBe(join(folder, "why.html"));
    expect(await readFile(join(folder, "why.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });

  it("takes further options by name, and gives what the API gives", async () => {
    const { data } = await call("explain", { text: "hello world", method: "occlusion", options: { baseline: "pad" } });
    expect(data.method).toEqual({ name: "occlusion", baseline: "pad" });
  });

  it("compares methods and says how far they agree", async () => {
    const { text, data } = await call("compare", { text: "hello world", methods: ["occlusion", "gradient-x-input"] });
    expect(text).toMatch(/^Explained: .*\nocclusion: for .*\ngradient-x-input: for /);
    const [{ methods, cosine }] = data.agreement as [{ methods: string[]; cosine: number }];
    expect(methods).toEqual(["occlusion", "gradient-x-input"]);
    expect(Math.abs(cosine)).toBeLessThanOrEqual(1);
  });

  it("evaluates rows, or a table", async () => {
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "data/rows.csv"), "text\nhello world\nworld\nhello\n");
    const asked = { methods: ["occlusion"], metrics: ["faithfulness"] };
    const { text, data } = await call("evaluate", { dataset: "data/rows.csv", limit: 2, ...asked });
    expect(text).toMatch(/^Measured on 2 of 2 rows; .*\nocclusion, faithfulness: /);
    const rows = await call("evaluate", { rows: [{ text: "hello world" }, { text: "world" }], ...asked });
    expect(rows.data.results).toEqual(data.results);
  });

  it("tells of models and methods, and verifies a model", async () => {
    expect((await call("inspect", {})).text).toMatch(/^tiny: reads text; /);
    expect((await call("methods", {})).text).toMatch(/^ca-lig: /);
    expect((await call("verify", { texts: ["hello"] })).text).toMatch(/^finite: pass\n/);
  });

  it.each([
    ["explain", {}, "arguments must have a text"],
    ["explain", { text: "hello", wrong: 1 }, 'unknown field "wrong"'],
    ["explain", { text: "hello", model: "other" }, 'There is no model "other"'],
    ["explain", { text: "hello", target: "none" }, '"none"'],
    ["explain", { text: "hello", out: "why.pdf" }, "its ending must be one of"],
    ["explain", { text: "hello", out: "no/folder/why.html" }, "no/folder/why.html"],
    ["explain", { image: "none.png" }, 'Cannot read the picture "none.png": there is no such file'],
    ["compare", { text: "hello", methods: ["wrong"] }, "Cannot call compare: "],
    ["evaluate", {}, "either the path of a data set"],
    ["evaluate", { dataset: "none.csv" }, "none.csv"],
    ["wrong", {}, 'There is no tool "wrong"'],
  ])("answers what cannot be done with why: %s %j", async (name, args, message) => {
    const { isError, text } = await call(name, args);
    expect(isError).toBe(true);
    expect(text).toContain(message);
  });

  it("stops what is cancelled, and goes on", async () => {
    const stop = new AbortController();
    const long = call(
      "evaluate",
      { rows: Array.from({ length: 100 }, () => ({ text: "hello world" })) },
      { signal: stop.signal, onprogress: () => stop.abort("enough") },
    );
    await expect(long).rejects.toThrow("enough");
    expect((await call("explain", { text: "world" })).isError).toBe(false);
  });

  it("answers calls with why a model cannot be loaded, and ends", async () => {
    const other = await connect(folder, ["./nothing"]);
    const ended = new Promise<void>((resolve) => {
      other.onclose = resolve;
    });
    await ended;
    await expect(other.listTools()).rejects.toThrow();
  });
});
