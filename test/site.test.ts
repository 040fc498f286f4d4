/** @file The menu of the site has every page of docs/ once, and the API, which TypeDoc writes. That the site is built and works: test/packed/site.packed.ts. */

import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { MENU } from "../site/.vitepress/menu.ts";

it("the menu of the site has every page once", () => {
  const pages = readdirSync(new URL("../docs", import.meta.url)).flatMap((file) => /^(.*)\.md$/.exec(file)?.[1] ?? []);
  const listed = MENU.flatMap((part) => part.pages.map(([page]) => page));
  expect([...listed].sort()).toEqual([...pages.filter((page) => page !== "index"), "api/"].sort());
});
