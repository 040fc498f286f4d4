/** @file Sentences of a file with lines "label<TAB>sentence" (SST-2), evenly spread over it. */

import { readFile } from "node:fs/promises";

/** Every (lines / limit)-th sentence, at most `limit`. */
export async function evenlySpreadSentences(file: string, limit: number): Promise<readonly string[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line.includes("\t"));
  const stride = Math.max(1, Math.floor(lines.length / limit));
  return lines
    .filter((_, i) => i % stride === 0)
    .slice(0, limit)
    .map((line) => line.slice(line.indexOf("\t") + 1));
}
