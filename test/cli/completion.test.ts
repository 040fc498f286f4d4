/** @file `calig completion`: scripts for shells, bash's in a real one; and the manual page. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { flagOf } from "@calig/core/internal/options/text";
import { optionsOf } from "@calig/node/internal/cli/command";
import { COMMANDS } from "@calig/node/internal/cli/commands";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const run = promisify(execFile);

const printed = async (kind: string): Promise<string> => (await runCli(["completion", kind])).stdout;

describe("completion of bash", () => {
  let folder: string;
  let script: string;
  beforeAll(async () => {
    folder = await tempFolder({ "photo one.png": "", "photo.png": "" });
    script = await printed("bash");
  });

  /** What bash offers for a line whose last word is being typed. */
  async function offered(...words: string[]): Promise<string[]> {
    const line = ["calig", ...words];
    const asked = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _calig; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run("bash", ["-c", asked, "bash", ...line], { cwd: folder });
    return stdout.split("\n").filter((word) => word !== "");
  }

  it("offers commands, options and values", async () => {
    expect(await offered("ex")).toEqual(["explain"]);
    expect(await offered("")).toEqual([...COMMANDS.map(({ name }) => name), "--help", "--version"]);
    expect(await offered("explain", "--layer-w")).toEqual(["--layer-weights"]);
    expect(await offered("explain", "--fusion", "tr")).toEqual(["transport"]);
    expect(await offered("explain", "text", "--effort", "b")).toEqual(["best", "blocks"]);
    expect(await offered("completion", "")).toEqual(["bash", "zsh", "fish", "man"]);
  });

  it("offers files where one may stand, white space in their names included", async () => {
    expect((await offered("explain", "--image", "ph")).sort()).toEqual(["photo one.png", "photo.png"]);
    expect(await offered("report", "photo.")).toEqual(["photo.png"]);
  });

  it("takes the first command for the command", async () => {
    expect(await offered("evaluate", "explain", "--dat")).toEqual(["--dataset"]);
  });
});

describe("calig completion", () => {
  it.each(["bash", "zsh", "fish", "man"])("knows every command and option: %s", async (kind) => {
    const text = kind === "man" ? (await printed(kind)).replaceAll("\\-", "-") : await printed(kind);
    for (const command of COMMANDS) {
      expect(text).toContain(command.name);
      for (const [key, { name = key }] of optionsOf(command, NO_EXTENSIONS)) {
        expect(text).toContain(kind === "fish" ? `-l ${flagOf(name).slice(2)}` : flagOf(name));
      }
    }
  });

  it("prints a manual page without a line that troff would take for a request of its own", async () => {
    const lines = (await printed("man")).split("\n");
    const requests = new Set(lines.flatMap((line) => /^\.(\w+)/.exec(line)?.[1] ?? []));
    expect([...requests].sort()).toEqual(["B", "EE", "EX", "PP", "SH", "TH", "TP"]);
    expect(lines.filter((line) => line.startsWith("'"))).toEqual([]);
  });

  it("quotes what shells would read otherwise", async () => {
    // An apostrophe in a summary ends no quotes.
    const zsh = await printed("zsh");
    expect(zsh.split("\n").filter((line) => (line.replaceAll("\\'", "").match(/'/g) ?? []).length % 2 === 1)).toEqual(
      [],
    );
  });

  it.each([[[]], [["tcsh"]], [["bash", "zsh"]]])("refuses %j", async (words) => {
    const { code, stderr } = await runCli(["completion", ...words]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^Error: Cannot print completion for .*give one of bash/),
    ]);
  });
});
