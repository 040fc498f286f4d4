/** @file Writes the scripts of HTML pages into the package: `npm run page-script`. */

import { writeFileSync } from "node:fs";
import { bundlePageScript, PAGE_SCRIPTS, scriptModule } from "./page-script.ts";

for (const { entry, module } of PAGE_SCRIPTS) writeFileSync(module, scriptModule(await bundlePageScript(entry)));
