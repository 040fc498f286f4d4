/** @file Writes FEATURES.md. Run: npm run features */

import { writeFile } from "node:fs/promises";
import { featuresPage } from "./features.ts";

await writeFile(new URL("../FEATURES.md", import.meta.url), featuresPage());
