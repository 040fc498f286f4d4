/** @file What pages show besides commands and programs: what the built-in model prints, to the letter, and settings in JSON, read by what they are for. */

import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { loadModel } from "@calig/node";
import { beforeAll, describe, expect, it } from "vitest";
import { codeBlocks, isShell } from "./support/code-blocks.ts";
import { hashedParameter } from "./support/hashed-weights.ts";
import { runCli } from "./support/run-cli.ts";
import { useTempFolders } from "./support/temp-folder.ts";
import { timmVitTensors, tinyVitFiles, type VitSizes } from "./support/tiny-vit.ts";

const blocks = codeBlocks();
// Of the sentence that the built-in model explains on all of them.
const shown = blocks.filter((block) => block.language === "" && !isShell(block));
const settings = blocks.filter(({ language }) => language === "json");
const tempFolder = useTempFolders();

describe("what pages show", () => {
  let printed: string;
  beforeAll(async () => {
    const argv = ["explain", "A gripping film that forgets to end"];
    const [short, long] = [await runCli(argv), await runCli([...argv, "--verbose"])];
    printed = `${short.stdout}\n${long.stdout}`;
  });

  it("is of three blocks", () => expect(shown).toHaveLength(3));

  it.each(shown)("$page:$line is what is printed", ({ text }) => {
    for (const part of text.trimEnd().split("\n\n")) expect(printed).toContain(part);
  });
});

describe("settings in JSON", () => {
  it("are those of three pages", () => {
    // Of assistants.md test/mcp/assistants.test.ts starts what they say, prompts of decoders.md are evaluated by test/code-blocks.test.ts.
    expect(settings.map(({ page }) => page)).toEqual(["docs/assistants.md", "docs/decoders.md", "docs/images.md"]);
  });

  it("of a model with the names of timm, the sizes of DeiT-Tiny, are read with its weights", async () => {
    const { text = "" } = settings.find(({ page }) => page === "docs/images.md") ?? {};
    const { "preprocessor_config.json": preprocessor = "" } = tinyVitFiles();
    const tensors = timmVitTensors(JSON.parse(text) as VitSizes).map(([name, shape]) => ({
      name,
      dtype: "float32" as const,
      shape,
      data: hashedParameter(name, shape),
    }));
    const folder = await tempFolder({
      "config.json": text,
      "preprocessor_config.json": String(preprocessor).replaceAll(/"(height|width)":\d+/g, '"$1":224'),
      "model.safetensors": encodeSafetensors(tensors),
    });
    await using model = await loadModel(folder, { threads: 1 });
    expect([model.labels, model.facts.blocks]).toEqual([["tench", "goldfish"], 12]);
  });
});
