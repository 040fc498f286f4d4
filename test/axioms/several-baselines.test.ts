/** @file Several baselines: every number is the mean of those of the single ones, and adds up to the mean difference. */

import {
  type BaselineName,
  explain,
  type LoadedModel,
  loadModel,
  optionsTakenBy,
  type TextExplanation,
} from "@calig/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const TEXT = "a fine film about nothing at all";
const NAMES = ["mask", "pad", "zero-embedding"] as const satisfies readonly BaselineName[];

let folder: string;
let model: LoadedModel;
beforeAll(async () => {
  folder = await tempFolder(tinyBertFiles());
  model = await loadModel(folder);
});
afterAll(() => model.dispose());

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("several baselines", () => {
  test.each(["integrated-gradients", "occlusion", "ca-lig"])("%s gives the mean of the single ones", async (method) => {
    // Weights that do not depend on the values: the mean of fused maps is then the fused map of the mean.
    const wanted = { steps: 12, fusion: "transport", layerWeights: "uniform" } as const;
    const options = { ...optionsTakenBy(method, wanted), method };
    const single: TextExplanation[] = [];
    for (const baseline of NAMES) single.push(await explain(model, TEXT, { ...options, baseline }));
    const several = await explain(model, TEXT, { ...options, baseline: NAMES });
    const means = several.attribution.map((_, t) => mean(single.map(({ attribution }) => attribution[t] as number)));
    expect(several.attribution).toBeAllClose(means, { rtol: 1e-5, atol: 1e-7 });
    expect(several.completeness?.scoreAtBaseline).toBeCloseTo(
      mean(single.map(({ completeness }) => completeness?.scoreAtBaseline as number)),
      6,
    );
    expect(several.method.options).toMatchObject({ baseline: NAMES });
  });

  test("keep completeness, and count the points of all of them", async () => {
    const { blocks, warnings } = await explain(model, TEXT, { baseline: NAMES });
    const [single] = (await explain(model, TEXT, { baseline: "mask" })).blocks;
    for (const { completeness, relevance } of blocks) {
      expect(completeness.converged).toBe(true);
      expect(completeness.relativeError).toBeLessThanOrEqual(0.01);
      expect(relevance.reduce((sum, value) => sum + value, 0)).toBeCloseTo(completeness.sum, 5);
    }
    expect(blocks[0]?.completeness.points).toBeGreaterThan(2 * (single?.completeness.points as number));
    expect(warnings).toEqual([]);
  });

  test("are given on the command line with commas; one name stays one", async () => {
    const run = async (baseline: string) => {
      const { stdout } = await runCli([
        "explain",
        TEXT,
        "--model",
        folder,
        "--json",
        "--steps",
        "4",
        "--baseline",
        baseline,
      ]);
      return (JSON.parse(stdout) as { method: { options: { baseline: unknown } } }).method.options.baseline;
    };
    expect([await run("mask,pad"), await run("pad")]).toEqual([["mask", "pad"], "pad"]);
  });

  test("are at least one, and all known", async () => {
    await expect(explain(model, TEXT, { baseline: [] })).rejects.toThrow(/Cannot use an empty list as baseline/);
    await expect(explain(model, TEXT, { baseline: ["mask", "blur"] })).rejects.toThrow(/Unknown baseline "blur"/);
  });
});
