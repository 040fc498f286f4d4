import { describe, expect, it } from "vitest";
import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { verifyGraph } from "../graph/verify.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { freeNames } from "./free-names.ts";

function draft(inner: string, output: string) {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [2]);
  const half = builder.emit("Mul", [x, builder.constant(floatTensor([0.5], [1]), "sweep.hidden.0")], { output: inner });
  builder.output(builder.emit("Neg", [half]), output);
  return { graph: builder.build(), opsets: builder.opsets };
}

describe("freeNames()", () => {
  it("renames inner values and stored tensors that have names of calig's programs", () => {
    const { graph } = freeNames(draft("score.target", "y"));
    verifyGraph(graph, { "": 17 });
    const names = [...graph.initializers.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)];
    expect(names).toContain("file/score.target");
    expect(names).toContain("file/sweep.hidden.0");
    expect(graph.outputs.map(({ name }) => name)).toEqual(["y"]);
  });

  it("refuses outputs of such names", () => {
    expect(() => freeNames(draft("half", "sweep.scores"))).toThrow(UnsupportedModelError);
    expect(() => freeNames(draft("half", "sweep.scores"))).toThrow(/"sweep.scores".*export it under another name/);
  });
});
