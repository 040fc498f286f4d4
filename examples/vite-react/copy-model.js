/** @file The built-in model becomes files of the page: what is in public/ is served as it is. */

import { cpSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const model = dirname(fileURLToPath(import.meta.resolve("@calig/model-sst2/package.json")));
cpSync(model, "public/models/sst2", { recursive: true });
