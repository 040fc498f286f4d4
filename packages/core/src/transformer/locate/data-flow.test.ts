/** @file The values through which all of the input passes, held to the definition on random graphs. */

import { describe, expect, it } from "vitest";
import type { Graph, Node } from "../../onnx/model.ts";
import { createRandom } from "../../util/random.ts";
import { traceDataFlow } from "./data-flow.ts";
import { createSearch } from "./search.ts";

const sum = (inputs: readonly string[], output: string): Node => ({
  name: output,
  opType: "Sum",
  domain: "",
  inputs,
  outputs: [output],
  attributes: {},
});

const graphOf = (nodes: readonly Node[], inputs: readonly string[]): Graph => ({
  name: "random",
  inputs: inputs.map((name) => ({ name, dtype: "float32", shape: [1] })),
  outputs: [],
  values: [],
  initializers: [],
  nodes,
});

/** Whether `sink` can be reached from a source without passing `avoided`. */
function reaches(nodes: readonly Node[], sources: readonly string[], sink: string, avoided: string): boolean {
  const reached = new Set(sources.filter((source) => source !== avoided));
  for (const { inputs, outputs } of nodes) {
    const [output = ""] = outputs;
    if (output !== avoided && inputs.some((input) => reached.has(input))) reached.add(output);
  }
  return reached.has(sink);
}

describe("traceDataFlow()", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))("finds the values on all paths (random graph %i)", (seed) => {
    const random = createRandom(`cuts ${seed}`);
    const values = ["a", "b", "c"];
    const sources = seed % 2 === 0 ? ["a"] : ["a", "b"];
    const nodes: Node[] = [];
    for (let n = 0; n < 14; n++) {
      // Mostly near ones, so that some values are on all paths.
      const near = () => values[Math.max(0, values.length - 1 - random.below(random.below(4) === 0 ? 8 : 2))] as string;
      const node = sum([near(), near()], `n${n}`);
      nodes.push(node);
      values.push(`n${n}`);
    }
    const sink = "n13";
    const flow = traceDataFlow(createSearch(graphOf(nodes, ["a", "b", "c"]), { "": 17 }), sources, sink);
    const connected = reaches(nodes, sources, sink, "");
    const expected = connected ? values.filter((value) => !reaches(nodes, sources, sink, value)) : [];
    expect(flow.cuts).toEqual(expected);
  });

  it("does not follow sizes and conditions", () => {
    const shape: Node = { ...sum(["a"], "size"), opType: "Shape" };
    const back: Node = { ...sum(["size"], "again"), opType: "Cast", attributes: { to: { kind: "int", value: 1 } } };
    const flow = traceDataFlow(createSearch(graphOf([shape, back], ["a"]), { "": 17 }), ["a"], "again");
    expect(flow.has("again")).toBe(false);
    expect(flow.cuts).toEqual([]);
  });
});
