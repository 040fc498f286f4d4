/** @file A few cases of tools/make_matrix.py, kept because calig once got their kind wrong: held to transformers and onnxruntime. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { judgeCase, type MatrixCase } from "../support/matrix.ts";

const FOLDER = fileURLToPath(new URL("../fixtures/matrix/", import.meta.url));

it.each(readdirSync(FOLDER))("%s is explained as the model decides", async (name) => {
  const folder = join(FOLDER, name);
  const one = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")) as MatrixCase;
  expect(await judgeCase(folder, one)).toMatchObject({ outcome: "right", reasons: [] });
});
