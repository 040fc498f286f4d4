/** @file Writes docs/cli.md from the tables of src/cli/. Run: npm run docs:cli */

import { writeFile } from "node:fs/promises";
import { COMMANDS } from "../src/cli/commands.ts";
import { cliDocs } from "../src/cli/docs.ts";

await writeFile(new URL("../docs/cli.md", import.meta.url), cliDocs(COMMANDS));
