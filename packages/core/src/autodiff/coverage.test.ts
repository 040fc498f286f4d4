import { expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.ts";
import { gradientCoverage } from "./coverage.ts";

it("gradientCoverage() lists every operator with its count and how it stands, most frequent first", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["rows", 4]);
  const sum = b.add(b.add(b.add(x, x), x), b.emit("NotAnOperator", [x]));
  b.emit("Gelu", [sum], { domain: "com.microsoft" });
  b.emit("Gelu", [sum]);
  b.shapeOf(sum);
  b.shapeOf(x);

  expect(gradientCoverage(b.build(), { "": 17, "com.microsoft": 1 })).toEqual([
    { domain: "", opType: "Add", opset: 17, count: 3, status: "rule" },
    { domain: "", opType: "Shape", opset: 17, count: 2, status: "none" },
    { domain: "com.microsoft", opType: "Gelu", opset: 1, count: 1, status: "rule" },
    // The standard Gelu came with operator set 20.
    { domain: "", opType: "Gelu", opset: 17, count: 1, status: "missing" },
    { domain: "", opType: "NotAnOperator", opset: 17, count: 1, status: "missing" },
  ]);
});
