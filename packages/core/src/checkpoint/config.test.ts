import { describe, expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { parseConfig } from "./config.ts";

const parse = (fields: object) => parseConfig(JSON.stringify({ model_type: "example", ...fields }), "config.json");

describe("parseConfig()", () => {
  it("reads values by type", () => {
    const config = parse({
      architectures: ["BertForSequenceClassification"],
      hidden_size: 384,
      layer_norm_eps: 1e-12,
      hidden_act: "relu",
      qkv_bias: false,
    });
    expect(config.modelType).toBe("example");
    expect(config.architectures).toEqual(["BertForSequenceClassification"]);
    expect(config.integer("hidden_size")).toBe(384);
    expect(config.number("layer_norm_eps", 1)).toBe(1e-12);
    expect(config.string("hidden_act", "gelu")).toBe("relu");
    expect(config.boolean("qkv_bias", true)).toBe(false);
  });

  it("reads a list of strings, or one string as a list", () => {
    const config = parse({ terms: ["c2p", "p2c"], term: "c2p|p2c", numbers: [1] });
    expect(config.strings("terms")).toEqual(["c2p", "p2c"]);
    expect(config.strings("term", [])).toEqual(["c2p|p2c"]);
    expect(config.strings("absent", [])).toEqual([]);
    expect(() => config.strings("numbers")).toThrow('"numbers" is [1], wanted a string or a list of strings');
  });

  it("reads objects within and names their keys in full", () => {
    const config = parse({ rope: { full: { theta: 1e4, type: 3 } }, list: [] });
    const full = config.section("rope").section("full");
    expect(full.number("theta")).toBe(1e4);
    expect(() => full.string("type")).toThrow('"rope.full.type" is 3, wanted a string');
    expect(config.section("absent").section("absent").number("theta", 5)).toBe(5);
    expect(() => config.section("list")).toThrow('"list" is [], wanted an object');
  });

  it("falls back where a key is absent or null", () => {
    const config = parse({ hidden_act: null });
    expect(config.has("hidden_act")).toBe(false);
    expect(config.string("hidden_act", "gelu")).toBe("gelu");
    expect(config.integer("type_vocab_size", 0)).toBe(0);
    expect(config.boolean("qkv_bias", false)).toBe(false);
    expect(config.problemType).toBeUndefined();
    expect(config.architectures).toEqual([]);
  });

  it("keeps the value 0 and the empty string", () => {
    const config = parse({ dropout: 0, note: "" });
    expect(config.number("dropout", 0.1)).toBe(0);
    expect(config.string("note", "x")).toBe("");
  });

  it("reads one number as a list of one", () => {
    const config = parse({ image_size: 224, patch_size: [16, 8], depths: [2, -1] });
    expect(config.integers("image_size")).toEqual([224]);
    expect(config.integers("patch_size")).toEqual([16, 8]);
    expect(config.integers("stride", [4])).toEqual([4]);
    expect(() => config.integers("depths")).toThrow(
      '"depths" is [2, -1], wanted a whole number of at least 0, or a list',
    );
  });

  it("names file, key, found and wanted", () => {
    const config = parse({ hidden_size: "384", heads: -1, layers: 1.5 });
    expect(() => config.integer("hidden_size")).toThrow(
      'Cannot use "config.json": "hidden_size" is "384", wanted a whole number of at least 0',
    );
    expect(() => config.integer("heads")).toThrow('"heads" is -1');
    expect(() => config.integer("layers")).toThrow('"layers" is 1.5');
    expect(() => config.integer("vocab_size")).toThrow('"vocab_size" is missing');
    expect(() => config.number("hidden_size")).toThrow(CheckpointError);
  });

  it("sorts labels by index", () => {
    const labels = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [String(11 - i), `class ${11 - i}`]));
    const config = parse({ id2label: labels });
    expect(config.numLabels).toBe(12);
    expect(config.labels[2]).toBe("class 2");
    expect(config.labels[11]).toBe("class 11");
  });

  it("makes up labels where there are none: num_labels of them, or 2", () => {
    expect(parse({ num_labels: 3 }).labels).toEqual(["LABEL_0", "LABEL_1", "LABEL_2"]);
    expect(parse({}).labels).toEqual(["LABEL_0", "LABEL_1"]);
    expect(parse({ id2label: {}, num_labels: 3 }).labels).toEqual(["LABEL_0", "LABEL_1", "LABEL_2"]);
    expect(() => parse({ id2label: {} })).toThrow("it gives the head no class");
    expect(() => parse({ num_labels: 2e9 })).toThrow('"num_labels" is 2000000000, wanted at most 1000000');
  });

  it("refuses labels with a gap", () => {
    expect(() => parse({ id2label: { 0: "no", 2: "yes" } })).toThrow(
      '"id2label" has 2 classes but none with the index 1',
    );
    expect(() => parse({ id2label: { 1: "no", 2: "yes" } })).toThrow("its indices start at 1; subtract 1 from each");
    expect(() => parse({ id2label: { 0: "no", "00": "yes" } })).toThrow('"id2label" names class 0 twice');
    expect(() => parse({ id2label: { LABEL_0: "no", LABEL_1: "yes" } })).toThrow('"id2label" has the key "LABEL_0"');
    expect(() => parse({ id2label: { no: 0, yes: 1 } })).toThrow('this is what "label2id" looks like');
    expect(() => parse({ id2label: "no" })).toThrow('"id2label" is "no", wanted an object');
    expect(() => parse({ id2label: { 0: ["no"], 1: "yes" } })).toThrow('"id2label" calls class 0 ["no"]');
  });

  it("refuses unknown problem types", () => {
    expect(parse({ problem_type: "regression" }).problemType).toBe("regression");
    expect(() => parse({ problem_type: "ranking" })).toThrow(
      '"problem_type" is "ranking", wanted one of "regression", "single_label_classification", "multi_label_classification"',
    );
  });

  it("refuses what is not a JSON object with a model_type", () => {
    expect(() => parseConfig("{", "config.json")).toThrow('Cannot use "config.json": it is not valid JSON');
    expect(() => parseConfig("[]", "config.json")).toThrow("it is [], wanted an object");
    expect(() => parseConfig("{}", "config.json")).toThrow('"model_type" is missing, wanted a string');
    expect(() => parseConfig('{"architectures": ["MyModel"]}', "config.json")).toThrow(/add what the model is/);
  });
});

describe("parseConfig() as the configuration classes of transformers", () => {
  const parse = (fields: object) => parseConfig(JSON.stringify(fields), "config.json");

  it("reads keys by the names of other families", () => {
    const config = parse({ model_type: "distilbert", hidden_size: 16, num_attention_heads: 2, num_hidden_layers: 3 });
    expect([config.integer("dim"), config.integer("n_heads"), config.integer("n_layers")]).toEqual([16, 2, 3]);
  });

  it("reads keys of a family by the names that most have", () => {
    for (const [name, type] of Object.entries({ XLMRoberta: "xlm-roberta", ViT: "vit", DebertaV2: "deberta-v2" })) {
      const architectures = [`${name}ForSequenceClassification`];
      expect(parseConfig(JSON.stringify({ architectures }), "config.json").modelType).toBe(type);
    }
    const config = parse({ model_type: "gptj", n_embd: 32, n_positions: 64 });
    expect([config.integer("hidden_size"), config.integer("max_position_embeddings")]).toEqual([32, 64]);
    expect(config.has("num_hidden_layers")).toBe(false);
  });

  it("lets the other name win where a file has both", () => {
    expect(parse({ model_type: "distilbert", hidden_size: 16, dim: 32 }).integer("dim")).toBe(16);
  });

  it("fills in what a file leaves out", () => {
    const config = parse({ model_type: "roberta", hidden_size: 16 });
    expect(config.integer("hidden_size")).toBe(16);
    expect(config.integer("num_hidden_layers")).toBe(12);
    expect(config.integer("type_vocab_size")).toBe(2);
    expect(config.integer("pad_token_id")).toBe(1);
    expect(parse({ model_type: "unheard-of" }).has("hidden_size")).toBe(false);
  });
});
