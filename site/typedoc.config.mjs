/** @file The reference of the API, made of docstrings: a page for each thing that a package exports, in docs/api. */

import { OptionDefaults } from "typedoc";

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "API",
  entryPoints: [
    "../packages/core/src/index.ts",
    "../packages/node/src/node.ts",
    "../packages/web/src/web.ts",
    "../packages/web/src/minimal.ts",
    "../packages/node/src/server.ts",
    "../packages/core/src/extend.ts",
  ],
  tsconfig: "tsconfig.json",
  plugin: ["./typedoc-modules.mjs", "typedoc-plugin-markdown", "typedoc-vitepress-theme"],
  out: "../docs/api",
  docsRoot: "../docs",
  readme: "none",
  skipErrorChecking: true,
  disableSources: true,
  excludeInternal: true,
  sortEntryPoints: false,
  treatWarningsAsErrors: true,
  excludeTags: ["@file"],
  hideBreadcrumbs: true,
  hidePageHeader: true,
  sanitizeComments: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "list",
  validation: { notExported: false, invalidLink: true },
  preservedTypeAnnotationTags: ["@throws"],
  // What files say of themselves; typedoc-modules.mjs takes it for the entries.
  blockTags: [...OptionDefaults.blockTags, "@file"],
};
