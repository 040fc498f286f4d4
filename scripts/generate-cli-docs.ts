/** @file Writes docs/cli.md from the tables of packages/node/src/cli/. Run: npm run docs:cli */

import { writeFile } from "node:fs/promises";
import { COMMANDS } from "@calig/node/internal/cli/commands";
import { cliDocs } from "@calig/node/internal/cli/docs";

await writeFile(new URL("../docs/cli.md", import.meta.url), cliDocs(COMMANDS));
