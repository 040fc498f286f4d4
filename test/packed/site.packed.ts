/** @file The site: built from docs/, every link leads somewhere, no external requests, search without a network, readable on a phone. */

import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNoMisdeeds, useBrowser, watch } from "../support/browser.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";

const run = promisify(execFile);
const browser = useBrowser();
const SITE = join(import.meta.dirname, "../../site");
const DIST = join(SITE, "dist");

let server: StaticServer;
beforeAll(async () => {
  await run("npm", ["run", "--silent", "site"], { cwd: join(SITE, "..") });
  server = await serveFolders({ "": DIST }, { isolated: false });
  return () => server.close();
});

/** The file that a link leads to. */
const targetOf = (path: string, page: string): string => {
  const { pathname } = new URL(path, `https://site.example/${page}`);
  return decodeURI(pathname.endsWith("/") ? `${pathname}index.html` : pathname).slice(1);
};

describe("the site", () => {
  it("has links and anchors that lead somewhere", async () => {
    const pages = (await readdir(DIST, { recursive: true })).filter((file) => file.endsWith(".html"));
    const texts = new Map(
      await Promise.all(pages.map(async (page) => [page, await readFile(join(DIST, page), "utf8")] as const)),
    );
    const broken = [...texts].flatMap(([page, text]) =>
      [...text.matchAll(/<a [^>]*href="(?!https?:|mailto:)([^"#]*)(?:#([^"]*))?"/g)].flatMap(([, path = "", hash]) => {
        const target = path === "" ? page : targetOf(path, page);
        const there = texts.get(target);
        if (there === undefined) return [`${page} -> ${target}`];
        const id = hash === undefined ? "" : decodeURIComponent(hash);
        return id === "" || there.includes(`id="${id}"`) ? [] : [`${page} -> ${target}#${id}`];
      }),
    );
    expect(pages.length).toBeGreaterThan(400);
    expect(broken).toEqual([]);
  });

  it("has what packages export, with docstrings", async () => {
    const text = await readFile(join(DIST, "api/calig/node/functions/loadModel.html"), "utf8");
    for (const said of ["Programs are compiled", "LoadOptions", "CheckpointError", "When files are missing"]) {
      expect(text).toContain(said);
    }
  });

  it("says of every export what it is for, and of every option what it means", async () => {
    const folder = join(SITE, "../docs/api");
    const pages = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".md"));
    const silent = await Promise.all(
      pages.map(async (page) => {
        const text = await readFile(join(folder, page), "utf8");
        const [said = ""] = text
          .replace(/^# .*\n/, "")
          .replace(/```[\s\S]*?```/, "")
          .trim()
          .split("\n");
        // Functions that are called in several ways say it of each.
        return said.startsWith("#") && said !== "## Call Signature" ? [page] : [];
      }),
    );
    expect(silent.flat()).toEqual([]);
    const options = await readFile(join(folder, "calig/interfaces/ExplainOptions.md"), "utf8");
    expect(options).toContain("What the input is compared with; several are averaged. Default: ");
    expect(options.split(/^### /m).filter((part) => /^\w+\?\n+```[\s\S]*?```\s*(\*\*\*\s*)?$/.test(part))).toEqual([]);
  });

  it.each([375, 768, 1440])(
    "reads at %i pixels, without a request to others, and finds words offline",
    async (width) => {
      const page = await browser().newPage({ viewport: { width, height: 900 } });
      const misdeeds = watch(page, server.url);
      for (const [path, name] of [
        ["faithfulness.html", "Faithfulness"],
        ["api/calig/node/functions/loadModel.html", "Function: loadModel()"],
      ] as const) {
        await page.goto(server.url + path);
        await page.getByRole("heading", { level: 1, name }).waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
      await page.goto(server.url);
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("searchbox").fill("completeness");
      await page.locator("#localsearch-list a").first().click();
      await page.getByRole("heading", { level: 1 }).waitFor();
      expectNoMisdeeds(misdeeds);
      await page.close();
    },
  );
});
