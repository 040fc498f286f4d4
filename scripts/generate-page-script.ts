/** @file Writes the script of the HTML page into the package: `npm run page-script`. */

import { writeFileSync } from "node:fs";
import { bundlePageScript, SCRIPT_MODULE, scriptModule } from "./page-script.ts";

writeFileSync(SCRIPT_MODULE, scriptModule(await bundlePageScript()));
