/**
 * @file Every code block of the README and of docs/ is run: commands are typed where the files that they name are small ones,
 * programs run there, or in Chromium (test/web/code-blocks.test.ts), and are well typed. What is not run says why in its fence.
 */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { callsOf, codeBlocks, commandsOf, fences, isRequests, isShell } from "./support/code-blocks.ts";
import { docPrograms } from "./support/doc-programs.ts";
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
  [/s3:\/\/|^export AWS_/, "test/cli/buckets.test.ts"],
  [/^calig status /, "test/cli/runs.test.ts"],
  [/--workers/, "test/cli/runs.test.ts"],
  [/^calig doctor/, "test/cli/facts.test.ts"],
  [/--allow-download/, "test/node/hub.test.ts"],
  // No cue is in enough rows.
  [/^calig shortcuts/, "test/cli/shortcuts.test.ts"],
  [/^(hf download|tensorboard) /, ""],
  [/^printf /, "test/tutorial.test.ts"],
];

const commands: { readonly command: string; readonly page: string; readonly line: number }[] = [];
for (const block of running.filter((block) => isShell(block) && !isRequests(block))) {
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
    ["explain", "A gripping film", "--out", "explanation.json"],
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
    const page = readFileSync(join(before, "CONTRIBUTING.md"), "utf8");
    const stated = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(page)?.[1]);
    // One more is one more that may be wrong: make it run.
    expect(kept).toHaveLength(stated("blocks are not run"));
    const most = (what: string, found: readonly unknown[]) => expect(found.length).toBeGreaterThanOrEqual(stated(what));
    most("of commands", running.filter(isShell));
    most("programs in Node", inNode);
    most(
      "programs in Chromium",
      programs.filter(({ runs }) => runs === "browser"),
    );
    const extensions = running.filter(({ page: of, language }) => of === "docs/extend.md" && language === "ts");
    most("of docs/extend.md", extensions);
    const others = running.filter((block) => !isShell(block) && !["ts", "js"].includes(block.language));
    // HTML: test/web/code-blocks.test.ts; settings, and what is printed: test/shown-data.test.ts.
    expect([...new Set(others.map(({ language }) => language))].sort()).toEqual(["", "html", "json"]);
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

const programs = docPrograms();
const inNode = programs.filter(({ runs }) => runs === "node");
// Beside the tests: what they import is found from here, and read as the tests are.
const PROGRAMS = join(before, "test/.code-blocks");

describe("programs", () => {
  beforeAll(() => mkdir(PROGRAMS, { recursive: true }));
  afterAll(() => rm(PROGRAMS, { recursive: true, force: true }));

  it.each(inNode)("$page:$line runs", async ({ file, source, prints }) => {
    await writeFile(join(PROGRAMS, file), source);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      const made = (await import(join(PROGRAMS, file))) as Readonly<Record<string, unknown>>;
      for (const value of Object.values(made)) if (typeof value === "function") await value("A gripping film");
      expect(log.mock.calls.length > 0).toBe(prints);
    } finally {
      log.mockRestore();
    }
  });
});

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
    ...Object.fromEntries(programs.map(({ file, source }) => [file, source])),
  });
  await symlink(join(before, "node_modules"), join(folder, "node_modules"));
  const { stdout } = await promisify(execFile)(join(before, "node_modules/.bin/tsc"), ["-p", folder]).catch(
    (error: { readonly stdout: string }) => error,
  );
  expect(stdout).toBe("");
});
