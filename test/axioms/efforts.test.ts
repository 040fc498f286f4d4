/** @file Every effort gives a map that is the sum of its blocks and adds up; refining changes no block's relevance. */

import type { Effort } from "@calig/core/internal/attribution/effort";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { explain, type LoadedModel, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const TEXT = "It wasn't unwatchably bad, e.g. the cinematography";
const tinyBert = async (): Promise<LoadedModel> => loadModel(await tempFolder(tinyBertFiles()));
const INPUTS = [
  ["a text", tinyBert, { text: TEXT }],
  ["a text in windows", tinyBert, { text: Array(12).fill(TEXT).join(" ") }],
  ["a picture", async () => loadModel(await tempFolder(tinyVitFiles())), { image: syntheticPicture(16, 16) }],
] as const;

/** sum_l w_l s_l of every feature. */
const ofBlocks = ({ blocks, attribution }: Explanation) =>
  attribution.map((_, t) => blocks.reduce((sum, { weight, fused }) => sum + weight * (fused[t] as number), 0));

describe.each(INPUTS)("%s", (_, load, input) => {
  it("is explained at every effort by a map that is the sum of its blocks and adds up", async () => {
    await using model = await load();
    const costs: number[] = [];
    for (const effort of ["instant", "fast", "standard", "best", "blocks"] satisfies Effort[]) {
      const explanation = await explain(model, input, { effort });
      expect(explanation.attribution).toBeAllClose(ofBlocks(explanation), { rtol: 1e-9, atol: 1e-12 });
      expect(explanation.completeness?.relativeError).toBeLessThanOrEqual(effort === "instant" ? 0.2 : 0.1);
      expect(explanation.method.options).toMatchObject({ effort });
      costs.push(explanation.cost.modelEvaluations);
    }
    const [dearer, blocks] = [costs.slice(0, -1), costs.at(-1)];
    expect(dearer).toEqual(dearer.toSorted((a, b) => a - b));
    expect(blocks).toBeLessThanOrEqual(costs.at(-2) as number);
  });

  it("has the same relevance in every block when it is refined, and fused maps that all change alike", async () => {
    await using model = await load();
    const plain = await explain(model, input, { subsets: 0, paths: 0 });
    const refined = await explain(model, input, { subsets: 16, paths: 2, ends: true });
    const change = refined.attribution.map((value, t) => value - (plain.attribution[t] as number));
    expect(Math.max(...change.map(Math.abs))).toBeGreaterThan(1e-6);
    for (const [l, { relevance, fused, completeness }] of refined.blocks.entries()) {
      const before = plain.blocks[l];
      expect(relevance).toEqual(before?.relevance);
      expect(completeness).toEqual(before?.completeness);
      if (before?.weight !== refined.blocks[l]?.weight) continue;
      expect(fused.map((value, t) => value - (before?.fused[t] as number))).toBeAllClose(change, { atol: 1e-9 });
    }
    expect(Math.abs(refined.completeness?.delta ?? 1)).toBeLessThanOrEqual(
      Math.abs(plain.completeness?.delta ?? 0) + 1e-5,
    );
  });
});

describe("subsets, paths and ends", () => {
  it("are refused where the baseline is no input", async () => {
    await using model = await tinyBert();
    await expect(explain(model, TEXT, { baseline: "zero", paths: 1 })).rejects.toThrow(
      'Cannot refine a map from baseline "zero" by forward passes',
    );
    expect((await explain(model, TEXT, { baseline: "zero", effort: "best" })).method.options).toMatchObject({
      paths: 0,
    });
  });

  it("are left out, with a warning, once the time is used", async () => {
    await using model = await tinyBert();
    const { warnings } = await explain(model, TEXT, { timeBudget: 1e-6, paths: 1 });
    expect(warnings.map(({ code }) => code)).toContain("not-refined");
  });

  it("of several baselines are those of the mean of their games", async () => {
    await using model = await tinyBert();
    const options = { paths: 1, ends: true } as const;
    const { completeness } = await explain(model, TEXT, { ...options, baseline: ["mask", "pad"] });
    expect(completeness?.relativeError).toBeLessThanOrEqual(0.01);
  });
});
