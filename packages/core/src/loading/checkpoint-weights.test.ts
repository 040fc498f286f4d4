import { describe, expect, it } from "vitest";
import { commonPrefix } from "./checkpoint-weights.ts";

describe("commonPrefix()", () => {
  it.each([
    [["bert.embeddings.weight", "classifier.weight"], ""],
    [["module.bert.embeddings.weight", "module.classifier.weight"], "module."],
    [["_orig_mod.module.bert.a", "_orig_mod.module.classifier.b"], "_orig_mod.module."],
    [["model.model.layers.0.a", "model.head.dense.weight"], "model."],
    [["model.layers.0.a", "head.dense.weight"], ""],
    [["model.bert.a", "model.classifier.b", "loss.weight"], ""],
    [["bert.encoder.a", "bert.pooler.b"], ""],
    [["net.bert.encoder.a", "net.bert.pooler.b"], "net."],
    [["weight"], ""],
    [["a.weight"], ""],
    [[], ""],
  ])("of %j is %j", (names, prefix) => {
    expect(commonPrefix(names)).toBe(prefix);
  });
});
