/** @file The evidence of single attention heads: their mean is the evidence that the sweep finds on its own. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { explain, type LoadedModel, loadModel, parseExplanation } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const TEXT = "A gripping, beautifully shot film that forgets to end.";
const ROUNDING = { rtol: 1e-3, atol: 1e-5 };

const tempFolder = useTempFolders();
let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

function expectMeans({ blocks, model: { heads } }: Explanation): void {
  for (const block of blocks) {
    expect(block.heads).toHaveLength(heads);
    const mean = block.attentionEvidence.map(
      (_, t) => (block.heads ?? []).reduce((sum, head) => sum + (head[t] as number), 0) / heads,
    );
    expect(mean).toBeAllClose(block.attentionEvidence, ROUNDING);
  }
}

describe("heads", () => {
  it("have the block's attention evidence as their mean, and differ", async () => {
    const explanation = await explain(model, TEXT, { heads: true, steps: 1, layers: [0, 3, 5] });
    expect(explanation.blocks.map(({ index }) => index)).toEqual([0, 3, 5]);
    expectMeans(explanation);
    const [first, second] = explanation.blocks[0]?.heads ?? [];
    expect(first).not.toEqual(second);
  });

  it("of a text in several windows too", async () => {
    await using tiny = await loadModel(await tempFolder(tinyBertFiles()));
    const text = `${"The film forgets to end. ".repeat(40)}Gripping!`;
    const explanation = await explain(tiny, text, { heads: true, steps: 1 });
    expect(explanation.warnings.map(({ code }) => code)).toContain("windows");
    expectMeans(explanation);
    expect(explanation.blocks[0]).not.toHaveProperty("links");
  });

  it("tell their strongest links, which add up to the evidence of what is looked at", async () => {
    const few = await explain(model, "film", { heads: true, steps: 1, layers: [2] });
    const [block] = few.blocks;
    // Three positions have nine links: all of them are there.
    for (const [h, head] of (block?.heads ?? []).entries()) {
      const sums = head.map((_, to) =>
        (block?.links?.[h] ?? []).reduce((sum, link) => sum + (link.to === to ? link.evidence : 0), 0),
      );
      expect(sums).toBeAllClose(head, ROUNDING);
    }
    const many = await explain(model, TEXT, { heads: true, steps: 1, layers: [2] });
    for (const links of many.blocks[0]?.links ?? []) {
      expect(links).toHaveLength(12);
      const magnitudes = links.map(({ evidence }) => Math.abs(evidence));
      expect(magnitudes).toEqual([...magnitudes].sort((a, b) => b - a));
      for (const { from, to, attention } of links) {
        expect(Math.max(from, to)).toBeLessThan(many.features.length);
        expect(attention).toBeGreaterThan(0);
        expect(attention).toBeLessThanOrEqual(1);
      }
    }
    expect(parseExplanation(JSON.parse(JSON.stringify(many)))).toEqual(JSON.parse(JSON.stringify(many)));
    const wrong = structuredClone(many) as unknown as { blocks: { links: { to: number }[][] }[] };
    (wrong.blocks[0]?.links[0]?.[0] as { to: number }).to = many.features.length;
    expect(() => parseExplanation(wrong)).toThrow(`field "blocks[0].links" names feature ${many.features.length}`);
  });

  it("are left out where nobody asked, and cost two passes", async () => {
    const without = await explain(model, TEXT, { steps: 1 });
    expect(without.blocks[0]).not.toHaveProperty("heads");
    const { cost } = await explain(model, TEXT, { steps: 1, heads: true });
    expect(cost.modelEvaluations).toBeCloseTo(without.cost.modelEvaluations + 2, 9);
  });
});
