/** @file Explaining again and again holds no more memory than explaining a few times. */

import { describe, expect, it } from "vitest";
import { explain, loadModel } from "../../src/node.ts";
import { settledMemory } from "../support/settled-memory.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
/** Bytes per explanation. One kept explanation is 8 KB, its hidden states are 5 KB; the collector leaves some noise. */
const MOST_GROWTH = 2000;

describe("memory", () => {
  it.each([
    ["whole", false, 150],
    ["block by block", true, 20],
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
    const before = await settledMemory();
    await explainAll();
    const after = await settledMemory();
    expect((after.managed - before.managed) / runs).toBeLessThan(MOST_GROWTH);
  });
});
