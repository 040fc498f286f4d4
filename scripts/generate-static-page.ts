/** @file Writes the built page and the built-in models into a folder for any web server. Run: npm run page:static -- FOLDER */

import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@calig/core/internal/errors";
import { builtinModels } from "@calig/node/internal/node/builtin-models";
import { writeStaticPage } from "./static-page.ts";

const PAGE = fileURLToPath(new URL("../packages/page/dist/", import.meta.url));
const ENGINE = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));

try {
  const [target] = process.argv.slice(2);
  if (target === undefined) throw new UsageError("Give a folder for the page: npm run page:static -- FOLDER");
  const models = await writeStaticPage(target, { page: PAGE, engine: ENGINE }, builtinModels());
  console.log(`${resolve(target)}: the page and ${models.map(({ name }) => name).join(", ")}`);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
