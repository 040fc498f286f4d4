/** @file docs/cli.md is what the tables say. */

import { readFile } from "node:fs/promises";
import { COMMANDS } from "@calig/node/internal/cli/commands";
import { cliDocs } from "@calig/node/internal/cli/docs";
import { OPTIONS, optionName } from "@calig/node/internal/cli/options";
import { expect, test } from "vitest";

test("docs/cli.md is fresh: run npm run docs:cli", async () => {
  const written = await readFile(new URL("../../docs/cli.md", import.meta.url), "utf8");
  expect(written).toBe(cliDocs(COMMANDS));
});

test("every option of the table is taken by a command and described in one line", () => {
  const docs = cliDocs(COMMANDS);
  for (const [key, { summary }] of Object.entries(OPTIONS)) {
    expect(docs).toContain(optionName(key));
    expect(summary).toMatch(/^[a-z][^\n]*[^.\n]$/);
  }
});
