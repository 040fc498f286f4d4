/** @file Writes docs/options.md from the declarations of options. Run: npm run docs:options */

import { writeFile } from "node:fs/promises";
import { optionDocs } from "@calig/node/internal/cli/option-docs";

await writeFile(new URL("../docs/options.md", import.meta.url), optionDocs());
