/** @file Quantised and half-precision files beside the float32 graph that is explained: how far apart they may be, and what is said. */

import { readFileSync } from "node:fs";
import type { OwnAnswers } from "@calig/core/internal/attribution/explainable-model";
import { replacementOf } from "@calig/core/internal/attribution/replacement";
import { openInput } from "@calig/core/internal/evaluation/measure-input";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { floatTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import {
  DifferenceError,
  explain,
  inspectModel,
  loadModel,
  renderHtml,
  renderMarkdown,
  renderTerminal,
} from "@calig/node";
import { toHttpError } from "@calig/node/internal/server/http-error";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

const tempFolder = useTempFolders();
const TEXT = "no film, yes the film";
const tokenizer: Files = { "tokenizer.json": tinyTokenizer() };

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url));

/** A file whose logits are rounded to whole steps, as a badly calibrated quantisation does. */
function coarse(name: string, step: number): Uint8Array {
  const { graph, opsets } = decodeModel(fixture(name));
  const builder = new GraphBuilder({ from: { ...graph, outputs: [] }, opsets });
  const scale = builder.constant(floatTensor([step], []));
  const zero = builder.constant({ dtype: "uint8", shape: [], data: Uint8Array.of(128) });
  const q = builder.emit("QuantizeLinear", ["logits", scale, zero]);
  const rounded = builder.emit("DequantizeLinear", [q, scale, zero]);
  builder.output(rounded, "rounded", "float32", ["batch", 3]);
  return encodeModel(createModel(builder.build(), opsets));
}

const foldersOf = async (model: Uint8Array) => tempFolder({ ...tokenizer, "model.onnx": model });

describe("a quantised file", () => {
  it("is refused where float32 moves its logits by more than 5 % of the largest", async () => {
    const folder = await foldersOf(coarse("bert-legacy-14", 0.7));
    await using model = await loadModel(folder);
    const error = await explain(model, TEXT).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DifferenceError);
    const { message, moved, largest } = error as DifferenceError;
    // The logits of the file are whole steps; those of float32 are not rounded, so that they lie up to half a step apart.
    expect(moved).toBeGreaterThan(0.05 * largest);
    expect(moved).toBeLessThanOrEqual(0.35 + 1e-5);
    expect(largest / 0.7).toBeCloseTo(Math.round(largest / 0.7), 4);
    expect(message).toMatch(
      /file "model.onnx" is quantised, .* wanted at most 5 % and the same class\. Explain the float32 file .*--accept-difference/,
    );
    expect(toHttpError(error)).toMatchObject({ status: 422, reason: "difference", message });
  });

  it("is explained where that is accepted, and every page says so above the map", async () => {
    const folder = await foldersOf(coarse("bert-legacy-14", 0.7));
    await using model = await loadModel(folder, { acceptDifference: true });
    const explanation = await explain(model, TEXT, { steps: 4 });
    expect(explanation.warnings[0]?.code).toBe("difference-accepted");
    const said = "The model was run in another way than its file asks for.";
    for (const [page, map] of [
      [renderTerminal(explanation, { columns: 100, colors: 0 }), "── Text"],
      [renderHtml(explanation), 'class="map'],
    ] as const) {
      const shown = page.replace(/\s+/g, " ");
      expect(shown).toContain(said);
      expect(shown.indexOf(said)).toBeLessThan(shown.indexOf(map) < 0 ? shown.length : shown.indexOf(map));
    }
    const markdown = renderMarkdown(explanation).replace(/\s+/g, " ");
    expect(markdown.indexOf("This is not what the file")).toBeGreaterThan(0);
    expect(markdown.indexOf("This is not what the file")).toBeLessThan(markdown.indexOf("| Class"));
  });

  it("is refused where another class wins, however little the logits move", async () => {
    await using model = await loadModel(await foldersOf(fixture("bert-int8")));
    const { logits } = await model.programs.forward({
      input_ids: ints([2, 5, 3]),
      attention_mask: ints([1, 1, 1]),
      token_type_ids: ints([0, 0, 0]),
    });
    const ownAnswers = {
      ...(model.ownAnswers as OwnAnswers),
      logits: async () => Float32Array.from(logits.data).reverse(),
    };
    await expect(explain({ ...model, ownAnswers }, "film")).rejects.toThrow(
      /lets another class win: "LABEL_\d" instead of "LABEL_\d"/,
    );
  });

  it("is not measured in an evaluation where it answers something else", async () => {
    await using model = await loadModel(await foldersOf(coarse("bert-legacy-14", 0.7)));
    const opening = openInput(
      model,
      { line: 1, input: { text: TEXT } },
      { replacements: [replacementOf(model, "pad")], features: "word", seed: 0 },
    );
    await expect(opening).rejects.toBeInstanceOf(DifferenceError);
  });

  it("is measured before any input is known, on several built ones", async () => {
    await using model = await loadModel(await foldersOf(coarse("bert-legacy-14", 0.7)));
    expect(inspectModel(model).warnings.join()).toMatch(
      /"model.onnx" is quantised; .* of 4 built inputs by at most 0\.\d+ .*, so that explanations of some inputs will be refused/,
    );
  });

  it("is refused by the command line unless --accept-difference is given", async () => {
    const folder = await foldersOf(coarse("bert-legacy-14", 0.7));
    const refused = await runCli(["explain", TEXT, "--model", folder]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/Cannot explain this input with model .* is quantised/);
    const accepted = await runCli(["explain", TEXT, "--model", folder, "--accept-difference", "--steps", "2"]);
    expect(accepted.code).toBe(0);
    expect(accepted.stdout.replace(/\s+/g, " ")).toContain("The model was run in another way than its file asks for.");
  });
});

describe("a file of half precision", () => {
  it("is compared without a word where it answers the same", async () => {
    await using model = await loadModel(await foldersOf(fixture("bert-fp16")));
    const { warnings } = await explain(model, TEXT, { steps: 4 });
    expect(warnings.map(({ code }) => code)).not.toContain("dequantised");
    expect(model.ownAnswers?.kind).toBe("half-precision");
  });

  it("is refused where its answer is not finite", async () => {
    // Beyond the 65504 of float16, and within float32.
    const { graph, opsets } = decodeModel(fixture("bert-fp16"));
    const builder = new GraphBuilder({ from: { ...graph, outputs: [] }, opsets });
    const half = builder.emit("Cast", ["logits"], { attributes: { to: { kind: "int", value: 10 } } });
    const huge = builder.constant({ dtype: "float16", shape: [], data: Uint16Array.of(0x7bff) });
    builder.output(builder.mul(builder.mul(half, huge), huge), "scaled", "float16", ["batch", 3]);
    await using model = await loadModel(await foldersOf(encodeModel(createModel(builder.build(), opsets))));
    await expect(explain(model, TEXT)).rejects.toThrow(/one of them is not finite/);
  });
});

const ints = (values: readonly number[]): Tensor => ({
  dtype: "int64",
  shape: [1, values.length],
  data: BigInt64Array.from(values, BigInt),
});
