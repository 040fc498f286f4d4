import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { explain, inspectModel, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { judgeCase, type MatrixCase } from "../support/matrix.ts";

/** Small random classifiers of families that calig does not build, made and measured by tools/make_matrix.py. */
const FOLDER = fileURLToPath(new URL("../fixtures/foreign/", import.meta.url));
const CASES = readdirSync(FOLDER).map(
  (id): MatrixCase => JSON.parse(readFileSync(join(FOLDER, id, "case.json"), "utf8")),
);

const named = (part: string): string => join(FOLDER, CASES.find(({ id }) => id.includes(part))?.id ?? "");

describe("ONNX files of other families", () => {
  it.each(CASES)("are explained as transformers computes them: $id", async (one) => {
    const { outcome, reasons } = await judgeCase(join(FOLDER, one.id), one);
    expect({ outcome, reasons }).toEqual({ outcome: "right", reasons: [] });
  });

  it.each([
    ["xlnet", "last", false],
    ["mobilebert", "first", false],
    ["gpt2", "last-token", true],
    ["llama", "last-token", true],
  ])("say what their logits are read from: %s", async (name, readout, causal) => {
    await using model = await loadModel(named(name));
    expect(inspectModel(model)).toMatchObject({ readout, causal });
  });

  it("begin to follow attention at the last token, not at the first", async () => {
    await using model = await loadModel(named("gpt2"));
    for (const method of ["attention-rollout", "gradient-rollout", "raw-attention"]) {
      const { attribution } = await explain(model, "not bad at all, really", { method });
      // A causal first position sees itself alone: read from there, everything else would be 0.
      expect(attribution.filter((value) => value !== 0).length).toBeGreaterThan(attribution.length / 2);
    }
  });
});
