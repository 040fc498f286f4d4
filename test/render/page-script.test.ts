/** @file The scripts that HTML pages carry are the ones that their sources make. */

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { expect, it } from "vitest";
import { bundlePageScript, PAGE_SCRIPTS, scriptModule } from "../../scripts/page-script.ts";

it.each(PAGE_SCRIPTS.map(({ entry, module }) => [relative(".", module), entry, module]))(
  "%s is what `npm run page-script` makes of page/",
  async (_name, entry, module) => {
    expect(readFileSync(module, "utf8")).toBe(scriptModule(await bundlePageScript(entry)));
  },
);
