/** @file The anatomy that is found without names: in the graphs of calig's families, in files of other exporters, and where there is none. */

import { readdirSync, readFileSync } from "node:fs";
import { canonicalise } from "@calig/core/internal/canonical/canonicalise";
import { AnatomyError } from "@calig/core/internal/errors";
import { DEFAULT_OPSETS, GraphBuilder } from "@calig/core/internal/graph/builder";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { type Graph, int } from "@calig/core/internal/onnx/model";
import { logitsOf, streamOf } from "@calig/core/internal/transformer/anatomy";
import { locateAnatomy } from "@calig/core/internal/transformer/locate/locate-anatomy";
import { describe, expect, it } from "vitest";
import { parityModel, readParityFile } from "../support/parity.ts";
import {
  addPositions,
  attend,
  classify,
  finish,
  lookUp,
  startEncoder,
  WIDTH,
  weight,
  writtenSoftmax,
} from "../support/plain-encoder.ts";
import { renamedAnatomy, scramble } from "../support/scramble.ts";

const cases = ["text", "vision"].flatMap((name) => readParityFile(name).cases);

describe.each(cases.map((reference) => [reference.name, reference] as const))(
  "%s, as calig builds it",
  (_, reference) => {
    it.each(["all", "pooled"] as const)("has the anatomy that its family states (last block: %s)", (lastBlock) => {
      const { graph, opsets, anatomy } = parityModel(reference, { lastBlock });
      const scrambled = scramble(graph);
      const found = locateAnatomy(scrambled.graph, opsets);
      expect(found).toEqual(renamedAnatomy(anatomy, scrambled.renamed));
    });
  },
);

const FOLDER = new URL("../fixtures/onnx/", import.meta.url);
const files = readdirSync(FOLDER).filter((file) => file.endsWith(".onnx"));

describe.each(files)("%s", (file) => {
  const { graph, opsets } = canonicalise(decodeModel(readFileSync(new URL(file, FOLDER))));
  const anatomy = locateAnatomy(graph, opsets);

  it("has two blocks of four heads, and the inputs of its family", () => {
    expect(streamOf(anatomy)).toMatchObject({ heads: 4, width: 32 });
    expect(anatomy.outputs).toEqual([{ kind: "logits", value: "logits", per: "input", readout: "first" }]);
    expect(new Set(streamOf(anatomy).hiddenStates).size).toBe(2);
    expect(new Set(streamOf(anatomy).attentionProbabilities).size).toBe(2);
    const ids = { ids: "input_ids", mask: "attention_mask" };
    const text = file.startsWith("bert") ? { ...ids, typeIds: "token_type_ids" } : ids;
    const isImage = file.startsWith("vit");
    expect(streamOf(anatomy).inputs).toEqual(isImage ? { pixels: "pixel_values" } : text);
    expect(streamOf(anatomy).patches).toEqual(
      isImage ? { rows: 2, columns: 2, patch: 8, specialTokens: 1 } : undefined,
    );
    expect(streamOf(anatomy).wordEmbeddings === undefined).toBe(isImage);
  });

  it("has the same anatomy when every name is replaced", () => {
    const scrambled = scramble(graph);
    expect(locateAnatomy(scrambled.graph, opsets)).toEqual(renamedAnatomy(anatomy, scrambled.renamed));
  });
});

const locate = (graph: Graph) => locateAnatomy(graph, DEFAULT_OPSETS);

describe("locateAnatomy()", () => {
  it("knows a softmax that is written out", () => {
    const { builder, words } = startEncoder();
    const { probabilities, branch } = attend(builder, words, words, (scores) => writtenSoftmax(builder, scores));
    const logits = classify(builder, builder.add(words, branch));
    expect(locate(finish(builder, logits))).toMatchObject({
      streams: [{ hiddenStates: [words], attentionProbabilities: [probabilities] }],
      outputs: [{ readout: "first" }],
    });
  });

  it("takes the last value of the shape of the softmax, not what is rearranged of it", () => {
    const { builder, words } = startEncoder();
    let masked = "";
    const { branch } = attend(builder, words, words, (scores) => {
      const softmax = builder.emit("Softmax", [scores], { attributes: { axis: int(-1) } });
      masked = builder.emit("Where", [builder.emit("IsNaN", [softmax]), builder.scalar(0), softmax]);
      return builder.reshape(masked, [0, 0, 0, 0]);
    });
    const found = locate(finish(builder, classify(builder, builder.add(words, branch))));
    expect(streamOf(found).attentionProbabilities).toEqual([masked]);
  });

  it("starts blocks at the sum in pre-normalised models and at the normalised sum in post-normalised ones", () => {
    const norm = (builder: GraphBuilder, x: string) =>
      builder.emit("LayerNormalization", [x, weight(builder, [WIDTH])], { attributes: { axis: int(-1) } });
    const pre = startEncoder();
    const sum = pre.builder.add(pre.words, attend(pre.builder, norm(pre.builder, pre.words)).branch);
    const last = pre.builder.add(sum, attend(pre.builder, norm(pre.builder, sum)).branch);
    const logits = classify(pre.builder, norm(pre.builder, last));
    expect(streamOf(locate(finish(pre.builder, logits))).hiddenStates).toEqual([pre.words, sum]);

    const post = startEncoder();
    const normed = norm(post.builder, post.builder.add(post.words, attend(post.builder, post.words).branch));
    const end = norm(post.builder, post.builder.add(normed, attend(post.builder, normed).branch));
    expect(streamOf(locate(finish(post.builder, classify(post.builder, end)))).hiddenStates).toEqual([
      post.words,
      normed,
    ]);
  });

  it("tells position ids from types by the size of their table", () => {
    const encoder = startEncoder({ positions: true });
    const { builder } = encoder;
    const types = builder.input("kinds", "int32", ["batch", "tokens"]);
    const placed = builder.add(addPositions(encoder), lookUp(builder, weight(builder, [2, WIDTH]), types));
    const logits = classify(builder, builder.add(placed, attend(builder, placed).branch));
    const { inputs, hiddenStates, wordEmbeddings } = streamOf(locate(finish(builder, logits)));
    expect(inputs).toEqual({ ids: "ids", positionIds: "places", typeIds: "kinds" });
    expect(hiddenStates).toEqual([placed]);
    expect(wordEmbeddings).toEqual({ value: encoder.words, table: encoder.table });
  });

  it("finds logits before a final softmax and beside outputs that lead to them", () => {
    const { builder, words } = startEncoder();
    const { probabilities, branch } = attend(builder, words);
    const states = builder.add(words, branch);
    const logits = classify(builder, states);
    const shares = builder.emit("Softmax", [logits], { attributes: { axis: int(-1) } });
    expect(logitsOf(locate(finish(builder, probabilities, states, shares))).value).toBe(logits);
  });

  it("sees the mean over positions", () => {
    const { builder, words } = startEncoder();
    const states = builder.add(words, attend(builder, words).branch);
    const mean = builder.reduceMean(states, [1], false);
    const found = locate(finish(builder, builder.matmul(mean, weight(builder, [WIDTH, 3]))));
    expect(logitsOf(found).readout).toBe("mean");
  });
});

/** The message of the AnatomyError that a graph gives. */
function refusal(graph: Graph): string {
  try {
    locate(graph);
  } catch (error) {
    if (error instanceof AnatomyError) return error.message;
    throw error;
  }
  return "";
}

describe("AnatomyError", () => {
  it("says that there is no attention, and what is wrong with each softmax", () => {
    const { builder, words } = startEncoder();
    const gate = builder.emit("Softmax", [builder.matmul(words, weight(builder, [WIDTH, WIDTH]))], {
      attributes: { axis: int(-1) },
    });
    const turned = builder.emit("Softmax", [words], { attributes: { axis: int(1) } });
    const mixed = builder.matmul(gate, builder.transpose(builder.mul(words, turned), [0, 2, 1]));
    const message = refusal(finish(builder, classify(builder, builder.matmul(mixed, words))));
    expect(message).toContain("What stands in the way: attention: a softmax between");
    expect(message).toContain("0 of 2 softmaxes are attention");
    expect(message).toMatch(
      /Softmax "Softmax": its input comes from no matrix product .* but from MatMul "MatMul" with weights/,
    );
    expect(message).toContain('Softmax "Softmax_1": it runs over axis 1 of [batch, tokens, 8], wanted the last');
  });

  it("says that vectors are looked up again in a later block: there is no single stream", () => {
    const { builder, words, ids } = startEncoder();
    const first = builder.add(words, attend(builder, words).branch);
    const second = builder.add(first, lookUp(builder, weight(builder, [30, WIDTH]), ids));
    const last = builder.add(second, attend(builder, second).branch);
    expect(refusal(finish(builder, classify(builder, last)))).toMatch(
      /a hidden state before Softmax "Softmax": no single value \[batch, positions, width\] lies on every path/,
    );
  });

  it("says that two attentions share one hidden state", () => {
    const { builder, words } = startEncoder();
    const both = builder.add(attend(builder, words).branch, attend(builder, words).branch);
    expect(refusal(finish(builder, classify(builder, builder.add(words, both))))).toMatch(
      /whose blocks get more than the hidden state of the one before .* or have two attentions each/,
    );
  });

  it("says that attention looks at windows, and what an unknown input is, both at once", () => {
    const builder = new GraphBuilder();
    const ids = builder.input("ids", "int64", ["batch", 12]);
    const words = lookUp(builder, weight(builder, [30, WIDTH]), ids);
    const windows = builder.reshape(words, [-1, 4, WIDTH]);
    const branch = builder.reshape(attend(builder, windows).branch, [-1, 12, WIDTH]);
    const gain = builder.input("gain", "float32", ["batch", 1]);
    const message = refusal(finish(builder, builder.mul(classify(builder, builder.add(words, branch)), gain)));
    expect(message).toMatch(
      /probabilities \[3 x batch, 2, 4, 4\] for hidden states \[batch, 12, 8\]: it looks at windows/,
    );
    expect(message).toContain('inputs of unknown meaning: "gain" (float32 [batch, 1])');
  });

  it("says that a model reads texts and images", () => {
    const { builder, words } = startEncoder();
    builder.input("pixels", "float32", ["batch", 3, 8, 8]);
    const states = builder.add(words, attend(builder, words).branch);
    expect(refusal(finish(builder, classify(builder, states)))).toContain(
      "it is a model of pictures and texts together",
    );
  });

  it("says that nothing is looked up and no pixels come in", () => {
    const builder = new GraphBuilder();
    const sound = builder.input("sound", "float32", ["batch", "samples"]);
    const message = refusal(finish(builder, builder.matmul(sound, weight(builder, [WIDTH, 3]))));
    expect(message).toContain('inputs: "sound" (float32 [batch, samples])');
  });

  it("says that positions change places between blocks", () => {
    const { builder, words } = startEncoder();
    const states = builder.add(words, attend(builder, words).branch);
    const ends = [
      builder.integers([-1]),
      builder.integers([-(2 ** 62)]),
      builder.integers([1]),
      builder.integers([-1]),
    ];
    const flipped = builder.emit("Slice", [states, ...ends]);
    const second = builder.add(flipped, attend(builder, flipped).branch);
    expect(refusal(finish(builder, classify(builder, second)))).toMatch(/Slice .* moves those of the hidden states/);
  });

  it("says that a cache of earlier tokens comes in, which is no picture", () => {
    const { builder, words } = startEncoder();
    builder.input("past_key_values.0.key", "float32", ["batch", 2, "past", 4]);
    const states = builder.add(words, attend(builder, words).branch);
    expect(refusal(finish(builder, classify(builder, states)))).toMatch(/cache of earlier tokens .*past_key_values/);
  });

  it("lists several outputs that could be the logits", () => {
    const { builder, words } = startEncoder();
    const states = builder.add(words, attend(builder, words).branch);
    const graph = finish(builder, classify(builder, states), classify(builder, states));
    expect(() => locate(graph)).toThrow(
      /it has several heads, .*: "\w+" \[batch, 3\], "\w+" \[batch, 3\], which do not depend on each other/,
    );
  });
});
