/** @file What the pages of the examples show: a sentence that is typed in is explained, and a block can be chosen. */

import type { Page } from "playwright-core";
import { expect } from "vitest";

const SENTENCE = "A dull film with one wonderful scene.";

/** Types a sentence, has it explained, and chooses a block. */
export async function expectToExplain(page: Page): Promise<void> {
  await page.getByRole("textbox").fill(SENTENCE);
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByText("negative, all blocks", { exact: true }).waitFor({ timeout: 120_000 });
  const words = page.locator("calig-text [role=option]");
  await words.first().waitFor();
  expect(await words.allInnerTexts()).toEqual(["A", "dull", "film", "with", "one", "wonderful", "scene", "."]);
  expect(await page.getByRole("textbox").inputValue()).toBe(SENTENCE);
  // Up in a typed event, and down through a typed property.
  await page.locator("calig-blocks").getByRole("button", { name: "Block 2", exact: true }).click();
  await page.getByText("negative, block 2", { exact: true }).waitFor();
  await words.filter({ hasText: "dull" }).focus();
  await page.getByText(/^dull in block 2 supports negative: /).waitFor();
}
