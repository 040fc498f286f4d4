/** @file Explaining again and again holds no more memory than explaining a few times. */

import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { settledMemory } from "../support/settled-memory.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
/** Bytes per explanation. One kept explanation is 8 KB, its hidden states are 5 KB. */
const MOST_GROWTH = 2000;
/**
 * A leak grows in every round. Code that is compiled, or thrown away, between two measurements moves a single round by
 * as much as a small leak would (2 KB an explanation, up in one round and down in the next): the middle one counts, or the mean
 * where that is less. What is kept of every explanation is in both.
 */
const ROUNDS = 5;

describe("memory", () => {
  it.each([
    ["whole", false, 150],
    ["block by block", true, 30],
  ] as const)("stays flat over many explanations, model held %s", async (_, stream, runs) => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()), { stream });
    const explainAll = async () => {
      for (let run = 0; run < runs; run++) {
        const text = "a film that never ends ".repeat(1 + (run % 3));
        const { blocks } = await explain(model, text, { steps: 2 });
        expect(blocks).toHaveLength(2);
      }
    };
    await explainAll();
    let before = (await settledMemory()).managed;
    const growths: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await explainAll();
      const { managed } = await settledMemory();
      growths.push((managed - before) / runs);
      before = managed;
    }
    const middle = growths.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2] as number;
    const mean = growths.reduce((sum, growth) => sum + growth, 0) / ROUNDS;
    expect(Math.min(middle, mean), `bytes per explanation, round by round: ${growths.join(", ")}`).toBeLessThan(
      MOST_GROWTH,
    );
  });
});
