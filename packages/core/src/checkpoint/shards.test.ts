import { describe, expect, it } from "vitest";
import { shardFiles } from "./shards.ts";

const index = (map: unknown) => JSON.stringify({ metadata: { total_size: 8 }, weight_map: map });

describe("shardFiles()", () => {
  it("lists every file once, sorted", () => {
    const map = {
      b: "model-00002-of-00002.safetensors",
      a: "model-00001-of-00002.safetensors",
      c: "model-00002-of-00002.safetensors",
    };
    expect(shardFiles(index(map), "i.json")).toEqual([
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ]);
  });

  it.each([
    ["text that is not JSON", "{", /not valid JSON/],
    ["null", "null", /no "weight_map"/],
    ["an empty map", index({}), /no "weight_map"/],
    ["a file outside the folder", index({ a: "../model.safetensors" }), /"\.\.\/model\.safetensors"; shards are/],
    ["a file of another kind", index({ a: "pytorch_model.bin" }), /shards are safetensors files/],
    ["a number", index({ a: 1 }), /names the file 1/],
  ])("refuses %s", (_, json, message) => {
    expect(() => shardFiles(json, "i.json")).toThrow(message);
  });
});
