/** @file Exports of both exporters of PyTorch: their parts are found, and compute what the models they were made of compute. */

import { type Anatomy, logitsOf, streamOf } from "@calig/core/internal/transformer/anatomy";
import { locateAnatomy } from "@calig/core/internal/transformer/locate/locate-anatomy";
import { describe, expect, it } from "vitest";
import { locateExport, locateModel, onnxExports, readExport, withStatedShapes } from "../support/onnx-exports.ts";
import { compareModel, parityModel } from "../support/parity.ts";
import { expectIntegrated, TOLERANCE } from "../support/parity-suite.ts";
import { renamedAnatomy, scramble } from "../support/scramble.ts";

/** What an anatomy says, without the names of values. */
function nameless(anatomy: Anatomy) {
  const { inputs, wordEmbeddings, hiddenStates, attentionProbabilities, ...rest } = streamOf(anatomy);
  const { value: _, ...output } = logitsOf(anatomy);
  return {
    ...rest,
    output,
    inputs: Object.keys(inputs).sort(),
    looksUpWords: wordEmbeddings !== undefined,
    blocks: hiddenStates.length,
    maps: attentionProbabilities.length,
  };
}

describe.each(onnxExports().map((exported) => [exported.name, exported] as const))("%s", (_, exported) => {
  const model = locateExport(exported);
  const { reference } = exported;

  it("has the anatomy of the family, under whatever names", () => {
    expect(nameless(model.anatomy)).toEqual(nameless(parityModel(reference).anatomy));
    const scrambled = scramble(model.graph);
    const found = locateAnatomy(scrambled.graph, model.opsets);
    expect(found).toEqual(renamedAnatomy(model.anatomy, scrambled.renamed));
  });

  it("computes what the reference computes, and its gradients", async () => {
    const differences = await compareModel(model, reference);
    for (const [what, difference] of Object.entries(differences)) expect(difference, what).toBeLessThan(TOLERANCE);
  });

  it("is integrated in every block by the sweep, whatever shapes the file states", async () => {
    await expectIntegrated(reference, model, model);
    const stated = locateModel(withStatedShapes(readExport(exported)));
    await expectIntegrated(reference, stated, stated);
  });
});
