/** @file The API reports of the packages name what their entries export; `npm run check:api` holds the types, too. */

import { readFileSync } from "node:fs";
import * as core from "@calig/core";
import * as extend from "@calig/core/extend";
import * as node from "@calig/node";
import * as server from "@calig/node/server";
import * as web from "@calig/web";
import * as minimal from "@calig/web/minimal";
import { expect, it } from "vitest";

const ENTRIES: readonly [entry: string, report: string, exported: object, of?: object][] = [
  ["@calig/core", "core/api/index", core],
  ["@calig/core/extend", "core/api/extend", extend],
  ["@calig/node", "node/api/index", node, core],
  ["@calig/node/server", "node/api/server", server],
  ["@calig/web", "web/api/index", web, core],
  ["@calig/web/minimal", "web/api/minimal", minimal],
];

it.each(ENTRIES)("%s exports what its report says (npm run api writes it)", (_, report, exported, inherited = {}) => {
  const text = readFileSync(new URL(`../packages/${report}.api.md`, import.meta.url), "utf8");
  const declared = [...text.matchAll(/^export (?:abstract )?(?:class|function|const|enum) (\w+)/gm)].map(
    ([, name]) => name,
  );
  // From another package, or declared under another name: types too.
  const passedOn = [...text.matchAll(/^export \{ (?:\w+ as )?(\w+) \}/gm)].map(([, name]) => name);
  const of = inherited as Record<string, unknown>;
  // Some are given again, and do more.
  const own = Object.entries(exported).flatMap(([name, value]) => (name in of && of[name] === value ? [] : [name]));
  expect(own.filter((name) => !declared.includes(name) && !passedOn.includes(name))).toEqual([]);
  expect(declared.filter((name = "") => !own.includes(name))).toEqual([]);
});
