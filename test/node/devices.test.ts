/** @file Devices other than the processor: programs for engines that lack an operator, and what is said where one is missing. */

import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeProgram } from "@calig/core/internal/program/encode-program";
import { Programs } from "@calig/core/internal/program/programs";
import { buildSweepProgram } from "@calig/core/internal/program/sweep";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { type Explanation, explain, InvalidOptionError, loadModel } from "@calig/node";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import "../support/matchers.ts";
import { parityFeeds, parityModel, readParityFile } from "../support/parity.ts";
import { firstInput } from "../support/parity-suite.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

/** The processor, as if it had no kernel for FusedMatMul. */
const plain = (): Runtime => ({ ...createNodeRuntime(), lacksFusedMatMul: true });

describe("engines without FusedMatMul", () => {
  const cases = ["text", "vision"]
    .flatMap((name) => readParityFile(name).cases)
    .filter(({ config }, i, all) => all.findIndex((other) => other.config.model_type === config.model_type) === i);

  it.each(cases.map((reference) => [reference.name, reference] as const))(
    "compute the same sweep of %s",
    async (_, reference) => {
      const [forward, sweep] = [parityModel(reference), parityModel(reference, { lastBlock: "pooled" })];
      const score = { kind: "logit", activation: "softmax", target: 1 } as const;
      const program = buildSweepProgram(sweep, score, 3);
      const operators = (runtime: Runtime) =>
        new Set(decodeModel(encodeProgram(program, sweep.opsets, runtime)).graph.nodes.map(({ opType }) => opType));
      expect(operators(createNodeRuntime())).toContain("FusedMatMul");
      expect(operators(plain())).not.toContain("FusedMatMul");

      const feeds = firstInput(parityFeeds(forward, reference));
      const results = [];
      for (const runtime of [createNodeRuntime(), plain()]) {
        const programs = new Programs({ forward, sweep, classes: 3, runtime, session: { threads: 1 } });
        const { hiddenStates } = await programs.forward(feeds);
        const baselines = hiddenStates.map((state) => ({ ...state, data: state.data.map((x) => 0.5 * x) }));
        const points = hiddenStates.map((__, block) => ({ block, alpha: 0.7 }));
        const { position } = { position: reference.target.token };
        const own = position === undefined ? score : { ...score, position };
        results.push(await programs.sweep({ hiddenStates, baselines, score: own, points, feeds }));
        await programs.dispose();
      }
      const [fused, lowered] = results;
      const numbers = (result: typeof fused) =>
        [...(result?.relevance ?? []), ...(result?.passing.flat() ?? [])].flatMap((values) => [...values]) ?? [];
      expect(numbers(lowered)).toBeAllClose(numbers(fused), { rtol: 1e-4, atol: 1e-5 });
    },
  );
});

describe("loadModel() with device", () => {
  it("refuses a device that the engine does not know, and names those it does", async () => {
    const load = loadModel("sst2", { device: "abacus" as "cpu" });
    await expect(load).rejects.toThrow(InvalidOptionError);
    await expect(load).rejects.toThrow(/Cannot run on device "abacus": onnxruntime-node .* offers "cpu"/);
  });

  it.each(["cuda", "webgpu"] as const)("explains on %s as on the processor, or says what it needs", async (device) => {
    const text = "A gripping film.";
    const folder = await tempFolder(tinyBertFiles());
    const explained = async (): Promise<Explanation> => {
      await using model = await loadModel(folder, { device });
      expect(model.runtime).toContain(`(${device})`);
      return explain(model, text, { steps: 4 });
    };
    await using model = await loadModel(folder);
    const { attribution } = await explain(model, text, { steps: 4 });
    const found = await explained().catch((error: unknown) => error);
    if (found instanceof Error) {
      const wanted = new RegExp(
        `Cannot run on device "${device}"|Cannot compile the trial program for device "${device}": .* it needs .* leave the device out`,
        "s",
      );
      expect(found.message).toMatch(wanted);
    } else {
      expect((found as Explanation).attribution).toBeAllClose(attribution, { rtol: 1e-2, atol: 1e-3 });
    }
  });
});
