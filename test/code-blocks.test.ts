/**
 * @file Every code block of the README and of docs/ is run: commands are typed where the files that they name are small ones,
 * programs are type-checked. What is not run says why in its fence.
 */

import { execFile } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { callsOf, codeBlocks, commandsOf, fences, isShell } from "./support/code-blocks.ts";
import { documentedFiles } from "./support/documented-files.ts";
import { runCli } from "./support/run-cli.ts";
import { syntheticPicture } from "./support/synthetic-picture.ts";
import { useTempFolders } from "./support/temp-folder.ts";

/** Built-in models, small ones in their place: what is tried is the command. */
vi.mock("../packages/node/src/node/builtin-models.ts", async (original) => {
  const real = await original<typeof import("@calig/node/internal/node/builtin-models")>();
  const folderOf = (id: string) => join(process.cwd(), "built-in", id);
  return {
    ...real,
    builtinFolder: (id: string) => (real.builtinFolder(id) === undefined ? undefined : folderOf(id)),
  };
});

const blocks = codeBlocks();
const running = blocks.filter(({ notRun }) => notRun === undefined);

/** Commands that do not end, or need more than this machine, and the tests that run them. */
const ELSEWHERE: readonly (readonly [command: RegExp, test: string])[] = [
  [/^(CALIG_TOKEN=\S+ |CALIG_TOKEN=\$\(.*?\) )?(npx )?calig serve\b/, "test/cli/serve.test.ts"],
  [/^(npx )?calig mcp\b/, "test/mcp/assistants.test.ts"],
  [/^(npx )?calig (enqueue|worker)\b|--redis|enqueue run/, "test/cli/queue.test.ts"],
  [/^(npx )?calig view (?!.*--out)|&& calig view|^calig view run\/$/, "test/cli/view.test.ts"],
  [/calig completion/, "test/cli/completion.test.ts"],
  [/ --plugin /, "test/cli/plugins.test.ts"],
  [/ - < /, "test/cli/explain.test.ts"],
  [/s3:\/\//, "test/cli/buckets.test.ts"],
  [/^calig status /, "test/cli/runs.test.ts"],
  [/--workers/, "test/cli/runs.test.ts"],
  [/^calig doctor/, "test/cli/facts.test.ts"],
  [/--allow-download/, "test/node/hub.test.ts"],
  // Of small models no vocabulary has the word, no cue is in enough rows.
  [/--target capital/, "test/reference/placed.test.ts"],
  [/^calig shortcuts/, "test/cli/shortcuts.test.ts"],
  [/^(hf download|tensorboard) /, ""],
  [/^printf /, "test/tutorial.test.ts"],
];

const commands: { readonly command: string; readonly page: string; readonly line: number }[] = [];
for (const block of running.filter(isShell)) {
  for (const command of commandsOf(block)) {
    if (ELSEWHERE.some(([pattern]) => pattern.test(command))) continue;
    // A command is typed once, unless what follows on its page needs the folder that it writes.
    const twice = commands.find((other) => other.command === command);
    if (twice !== undefined && !(/\bruns?\//.test(command) && twice.page !== block.page)) continue;
    commands.push({ command, page: block.page, line: block.line });
  }
}

const tempFolder = useTempFolders();
/** What a page makes before it is read, or would not write over. */
const made = (argv: readonly string[]) => (argv.includes("--context-template") ? argv.at(-1) : undefined);

const before = process.cwd();
beforeAll(async () => {
  const folder = await tempFolder(documentedFiles());
  process.chdir(folder);
  vi.stubEnv("HF_HUB_CACHE", join(folder, "hub"));
  const { width, height, data } = syntheticPicture(16, 16);
  for (const name of [
    "photo.jpg",
    "photo.png",
    "rocket.jpg",
    "goldfish.jpg",
    "empty-scene.jpg",
    "photos/one.png",
    "pictures/star/a.png",
    "pictures/circle/b.png",
  ]) {
    await mkdir(dirname(name), { recursive: true });
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(name);
  }
  for (const argv of [
    ["explain", "--input", "reviews.csv", "--out", "explanations.jsonl"],
    ["explain", "--input", "reviews.csv", "--out", "explanations/", "--format", "json"],
    ["decision", "--context-template", "deployer.json"],
    ["evaluate", "--dataset", "pictures", "--methods", "ca-lig,occlusion", "--out", "pictures.json"],
    ["evaluate", "--dataset", "dev.csv", "--methods", "ca-lig,occlusion", "--out", "evaluation.json"],
  ]) {
    expect(await runCli(argv)).toMatchObject({ code: 0 });
  }
});
afterAll(() => {
  process.chdir(before);
  vi.unstubAllEnvs();
});

describe("code blocks", () => {
  it("are all read, and few of them are not run", () => {
    expect(blocks.length).toBe(fences());
    const kept = blocks.filter(({ notRun }) => notRun !== undefined);
    // One more is one more that may be wrong: make it run.
    expect(kept).toHaveLength(28);
  });
});

let page = "";
it.each(commands)("$command ($page:$line)", async ({ command, page: own }) => {
  if (own !== page) await Promise.all(["run", "runs"].map((name) => rm(name, { recursive: true, force: true })));
  page = own;
  const calls = callsOf(command);
  if (calls === undefined) throw new Error("this line is more than calls of calig: say in its fence why it is not run");
  for (const { argv, into, json } of calls) {
    await rm(made(argv) ?? "nothing", { force: true });
    const { code, stdout, stderr } = await runCli(argv.includes("--dataset") ? [...argv, "--limit", "4"] : argv);
    expect({ code, errors: stderr.match(/Error:.*/g) }).toEqual({ code: 0, errors: null });
    if (json) JSON.parse(stdout);
    if (into !== undefined) await writeFile(into, stdout);
  }
});

/** Names that programs take from the text around them, and what they are there. */
const AROUND: Readonly<Record<string, string>> = {
  explain: 'import { explain } from "calig/node";',
  loadModel: 'import { loadModel } from "calig/node";',
  testCounterfactuals: 'import { testCounterfactuals } from "calig/node";',
  createApp: 'import { createApp } from "calig/server";',
  model: 'const model = await (await import("calig/node")).loadModel("sst2");',
  vision: 'const vision = await (await import("calig/node")).loadModel("cifar10");',
  image: 'const image = await (await import("calig/node")).readImageFile("photo.jpg");',
  app: 'const app = (await import("calig/server")).createApp({ models: [], version: "1" });',
  text: 'const text = "A gripping film";',
  report: 'const report = "maria works at acme in london";',
  explanation: 'const explanation = await explain(model, "A gripping film") as import("calig/node").TextExplanation;',
  numbers: "const numbers = new Float32Array(5 * 16);",
  tokens: "const [tokens, width] = [5, 16];",
};

/** A program with what it takes from the text around it. */
function whole(source: string): string {
  const seen = new Set<string>();
  const names: string[] = [];
  const add = (text: string) => {
    for (const name of Object.keys(AROUND)) {
      const declared = new RegExp(`(?:const|let|function|import) (?:[^;=]*\\b)?${name}\\b`).test(source);
      const used = new RegExp(`(?<![.\\w"'-])${name}\\b(?!["':-])`).test(text);
      if (!used || declared || seen.has(name)) continue;
      seen.add(name);
      add(AROUND[name] as string);
      names.push(name);
    }
  };
  add(source);
  return [...names.map((name) => AROUND[name]), source, "export {};"].join("\n");
}

/** Programs of docs/extend.md are run by test/extend/page.test.ts, those of packages by scripts/check-install.ts. */
const programs = running.filter(
  ({ page: of, language }) => ["ts", "js"].includes(language) && of !== "docs/extend.md" && !of.startsWith("packages/"),
);
const nameOf = ({ page: of, line }: (typeof programs)[number]) => `${of.replaceAll(/\W/g, "-")}-${line}`;

/** Programs of pages for browsers mean what browsers have. */
const onPage = ({ page: of }: (typeof programs)[number], source: string) =>
  of === "docs/browser.md" ? source.replaceAll("calig/node", "calig/web") : source;

it("programs are well typed", async () => {
  const folder = await tempFolder({
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({
      extends: join(before, "tsconfig.json"),
      compilerOptions: {
        allowJs: true,
        checkJs: true,
        noUncheckedIndexedAccess: false,
        typeRoots: [join(before, "node_modules/@types")],
      },
      include: ["*"],
      exclude: [],
    }),
    ...Object.fromEntries(programs.map((block) => [`${nameOf(block)}.ts`, onPage(block, whole(block.text))])),
  });
  await symlink(join(before, "node_modules"), join(folder, "node_modules"));
  const { stdout } = await promisify(execFile)(join(before, "node_modules/.bin/tsc"), ["-p", folder]).catch(
    (error: { readonly stdout: string }) => error,
  );
  expect(stdout).toBe("");
});
