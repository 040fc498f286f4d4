/** @file Graphs that may state a newer operator set, and graphs that may not. */

import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.ts";
import { raiseOpset } from "./raise-opset.ts";

const draft = (opType: string, opset: number) => {
  const builder = new GraphBuilder({ opsets: { "": opset } });
  builder.output(builder.emit(opType, [builder.input("x", "float32", ["n"])]), "y");
  return { graph: builder.build(), opsets: builder.opsets };
};

describe("raiseOpset", () => {
  it.each([
    ["Relu", 13, 17],
    ["Relu", 16, 17],
    ["Relu", 12, 12],
    ["Relu", 18, 18],
    ["BatchNormalization", 13, 13],
  ])("leaves a graph of %s in operator set %i at %i", (opType, before, after) => {
    const given = draft(opType, before);
    const { graph, opsets } = raiseOpset(given);
    expect(opsets[""]).toBe(after);
    expect(graph).toBe(given.graph);
  });
});
