import { expect, it } from "vitest";
import { createModel } from "./create-model.ts";

it("createModel() wraps a graph as it is, with the operator sets that it is given", () => {
  const graph = { name: "g", inputs: [], outputs: [], values: [], initializers: [], nodes: [] };
  const model = createModel(graph, { "": 17, "com.microsoft": 1 });
  expect(model.graph).toBe(graph);
  expect(model).toEqual({
    irVersion: 10,
    producerName: "calig",
    producerVersion: "",
    opsets: { "": 17, "com.microsoft": 1 },
    graph,
    metadata: {},
  });
});
