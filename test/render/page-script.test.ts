/** @file The script that HTML pages carry is the one that its sources make. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bundlePageScript, SCRIPT_MODULE, scriptModule } from "../../scripts/page-script.ts";

it("packages/core/src/render/html/script.ts is what `npm run page-script` makes of page/", async () => {
  expect(readFileSync(SCRIPT_MODULE, "utf8")).toBe(scriptModule(await bundlePageScript()));
});
