/** @file The Chromium of the system, without a window, for tests of pages. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { startChromium } from "./chromium.ts";

/** What a page did that it should not have: errors, messages of the console, requests to other places. */
export interface Misdeeds {
  readonly errors: string[];
  readonly requests: string[];
}

/** Notes what a page does that it should not. */
export function watch(page: Page, origin: string): Misdeeds {
  const misdeeds: Misdeeds = { errors: [], requests: [] };
  page.on("pageerror", (error) => misdeeds.errors.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    // What need not be there: settings of a model, an adapter, a server behind the page, a GPU.
    if (/\/(calig\.json|adapter_config\.json|api\/health)$/.test(message.location().url)) return;
    if (message.text() === "No available adapters.") return;
    if (message.type() === "error" || message.type() === "warning") misdeeds.errors.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) misdeeds.requests.push(url);
  });
  return misdeeds;
}

export function expectNoMisdeeds({ errors, requests }: Misdeeds): void {
  expect(errors).toEqual([]);
  expect(requests).toEqual([]);
}

/** One browser for all tests of a file, started with more arguments than usual where they are given. */
export function useBrowser(more: readonly string[] = []): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await startChromium(more);
  });
  afterAll(() => browser?.close());
  return () => browser as Browser;
}

/** Accessibility problems that axe finds in a page: "rule: element". */
export async function auditPage(page: Page): Promise<readonly string[]> {
  // Not as a script element: pages may forbid those.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  return page.evaluate(async () => {
    interface Result {
      readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
    }
    const { axe } = globalThis as unknown as { readonly axe: { run(): Promise<Result> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}
