/** @file Writes the built page and the built-in models into a folder for any web server. Run: npm run page:static -- FOLDER */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../src/errors.ts";
import { builtinModels } from "../src/node/builtin-models.ts";
import { writeStaticPage } from "./static-page.ts";

const PAGE = fileURLToPath(new URL("../dist/page/", import.meta.url));

try {
  const [target] = process.argv.slice(2);
  if (target === undefined) throw new UsageError("Give a folder for the page: npm run page:static -- FOLDER");
  const models = await writeStaticPage(target, PAGE, builtinModels());
  console.log(`${resolve(target)}: the page and ${models.map(({ name }) => name).join(", ")}`);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
