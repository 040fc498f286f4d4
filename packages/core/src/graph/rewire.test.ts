import { describe, expect, it } from "vitest";
import { int, type Node } from "../onnx/model.ts";
import { rewireInputs } from "./rewire.ts";

const node: Node = {
  name: "n",
  opType: "Clip",
  domain: "",
  inputs: ["x", "", "x", "y"],
  outputs: ["z"],
  attributes: { axis: int(1) },
};

describe("rewireInputs()", () => {
  it("replaces every use of a value and leaves the rest, omitted operands too", () => {
    expect(rewireInputs(node, new Map([["x", "a"]]))).toEqual({ ...node, inputs: ["a", "", "a", "y"] });
  });

  it("replaces once, so that values can be exchanged", () => {
    const exchange = new Map([
      ["x", "y"],
      ["y", "x"],
    ]);
    expect(rewireInputs(node, exchange).inputs).toEqual(["y", "", "y", "x"]);
  });

  it("does not touch outputs, nor the node that it is given", () => {
    const frozen = Object.freeze({ ...node, inputs: Object.freeze([...node.inputs]) });
    expect(rewireInputs(frozen, new Map([["z", "a"]]))).toBe(frozen);
    expect(rewireInputs(frozen, new Map([["y", "a"]])).outputs).toEqual(["z"]);
  });
});
