/** @file Decoders as both exporters of PyTorch write them: what calig finds in the files computes what the models compute, and their relevance is that of PyTorch. */

import { describe, expect, it } from "vitest";
import { locateExport, onnxExports } from "../support/onnx-exports.ts";
import { compareModel } from "../support/parity.ts";
import { expectIntegrated, TOLERANCE } from "../support/parity-suite.ts";

const FOLDER = new URL("../fixtures/onnx/decoders/", import.meta.url);

describe.each(onnxExports(FOLDER).map((exported) => [exported.name, exported] as const))("%s", (_, exported) => {
  it("computes what the reference computes, its gradients, and the relevance of every block", async () => {
    const model = locateExport(exported);
    const differences = await compareModel(model, exported.reference);
    for (const [what, difference] of Object.entries(differences)) expect(difference, what).toBeLessThan(TOLERANCE);
    await expectIntegrated(exported.reference, model, model);
  });
});
