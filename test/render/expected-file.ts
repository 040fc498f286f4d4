/** @file Comparison of rendered text with a stored file. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const FOLDER = new URL("expected/", import.meta.url);

/** Long decimals to three digits, so that the last bits of arithmetic do not matter. */
const rounded = (text: string): string => text.replace(/\d+\.\d{4,}/g, (number) => Number(number).toFixed(3));

/**
 * Compares `actual` with the stored file of this name, after rounding.
 *
 * A failing comparison leaves NAME.changed.EXTENSION beside the file. With CALIG_UPDATE_EXPECTED=1 the file is
 * written instead: read the difference before it is committed.
 */
export function expectFile(name: string, actual: string): void {
  const file = fileURLToPath(new URL(name, FOLDER));
  const changed = file.replace(/(\.\w+)$/, ".changed$1");
  const found = rounded(actual);
  if (process.env.CALIG_UPDATE_EXPECTED === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, found);
  }
  const wanted = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (found === wanted) {
    rmSync(changed, { force: true });
    return;
  }
  mkdirSync(dirname(changed), { recursive: true });
  writeFileSync(changed, found);
  expect(found, `Output differs from test/render/expected/${name}: see the file with .changed. in its name`).toBe(
    wanted ?? "",
  );
}
