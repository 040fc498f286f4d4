import { clone, create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import { verifyGraph } from "../graph/verify.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { createModel } from "./create-model.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import type { Graph } from "./model.ts";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "./onnx-proto.ts";

const node = (
  opType: string,
  input: string[],
  output: string[],
  fields: MessageInitShape<typeof NodeProtoSchema> = {},
) => create(NodeProtoSchema, { opType, input, output, ...fields });

const floatAttribute = (name: string, f: number) =>
  create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f });

const reference = (name: string, refAttrName: string) =>
  create(AttributeProtoSchema, { name, refAttrName, type: AttributeType.FLOAT });

const opset = (domain: string, version: number) =>
  create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) });

/** y = Selu(x + x; alpha from the call, gamma by default), within a call of a function that calls another one. */
const functions = [
  create(FunctionProtoSchema, {
    domain: "own",
    name: "Inner",
    input: ["a", "b"],
    output: ["out"],
    attribute: ["alpha"],
    attributeProto: [floatAttribute("gamma", 1.5)],
    node: [
      node("Add", ["a", "a"], ["sum"]),
      node("Selu", ["sum"], ["out"], { attribute: [reference("alpha", "alpha"), reference("gamma", "gamma")] }),
    ],
    opsetImport: [opset("", 17)],
  }),
  create(FunctionProtoSchema, {
    domain: "own",
    name: "Outer",
    input: ["x", "flag"],
    output: ["out", "same"],
    node: [
      node("Inner", ["x"], ["sum"], { domain: "own", attribute: [floatAttribute("alpha", 0.5)] }),
      node("Identity", ["x"], ["same"]),
      node("If", ["flag"], ["out"], {
        attribute: ["then_branch", "else_branch"].map((name, i) =>
          create(AttributeProtoSchema, {
            name,
            type: AttributeType.GRAPH,
            g: create(GraphProtoSchema, {
              name,
              output: [{ name: "chosen" }],
              node: [node(i === 0 ? "Neg" : "Abs", ["sum"], ["chosen"])],
            }),
          }),
        ),
      }),
    ],
    opsetImport: [opset("", 17), opset("own", 1)],
  }),
];

const graph: Graph = {
  name: "calls",
  inputs: [
    { name: "x", dtype: "float32", shape: ["n"] },
    { name: "flag", dtype: "bool", shape: [] },
  ],
  outputs: [
    { name: "y", dtype: "float32", shape: ["n"] },
    { name: "z", dtype: "float32", shape: ["n"] },
  ],
  values: [],
  initializers: [],
  nodes: [
    { name: "first", opType: "Outer", domain: "own", inputs: ["x", "flag"], outputs: ["y", "copy"], attributes: {} },
    { name: "", opType: "Outer", domain: "own", inputs: ["y", "flag"], outputs: ["z", "copy of y"], attributes: {} },
  ],
};

const bytesWith = (change: (model: ModelProto) => void = () => undefined): Uint8Array => {
  const proto = fromBinary(ModelProtoSchema, encodeModel(createModel(graph, { "": 17, own: 1 })));
  proto.functions.push(...functions.map((each) => clone(FunctionProtoSchema, each)));
  change(proto);
  return toBinary(ModelProtoSchema, proto);
};

async function run(bytes: Uint8Array, flag: number) {
  const session = await createNodeRuntime().compile(bytes, { name: "calls", threads: 1 });
  const x = floatTensor([-2, -0.5, 0, 1], [4]);
  const { y, z } = await session.run({ x, flag: { dtype: "bool", shape: [], data: Uint8Array.of(flag) } });
  await session.dispose();
  return { y, z };
}

describe("inlineFunctions()", () => {
  it.each([0, 1])("computes what the engine computes of the calls (flag %i)", async (flag) => {
    const model = decodeModel(bytesWith());
    expect(model.graph.nodes.map(({ domain, opType }) => `${domain}${opType}`)).toEqual(
      Array.from({ length: 2 }, () => ["Add", "Selu", "Identity", "If"]).flat(),
    );
    expect(await run(encodeModel(model), flag)).toEqual(await run(bytesWith(), flag));
  });

  it("names what it copies after the call, and leaves functions out that nothing calls", () => {
    const model = decodeModel(bytesWith());
    const values = model.graph.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(values).size).toBe(values.length);
    expect(values[0]).toBe("first/sum/sum");
    const unused = decodeModel(bytesWith((proto) => proto.functions.push(create(FunctionProtoSchema, { name: "No" }))));
    expect(unused).toEqual(model);
  });

  it("refuses functions that call themselves, and those for another operator set", () => {
    const circle = bytesWith((proto) => proto.functions[0]?.node.push(node("Outer", ["a"], ["c"], { domain: "own" })));
    expect(() => decodeModel(circle)).toThrow('Cannot read function "Outer": it calls itself');
    const other = bytesWith((proto) => {
      for (const each of proto.functions) each.opsetImport = [opset("ai.onnx", 18)];
    });
    expect(() => decodeModel(other)).toThrow('operator set "ai.onnx" version 18, the model for 17');
  });

  it("computes what the engine computes of calls without names within each other", async () => {
    const bytes = layered(4, 2);
    const model = decodeModel(bytes);
    expect(model.graph.nodes.filter(({ opType }) => opType === "Add")).toHaveLength(2 ** 4);
    verifyGraph(model.graph, model.opsets);
    expect(await run(encodeModel(model), 0)).toEqual(await run(bytes, 0));
  });

  it("keeps the names of functions apart from those of the graph", async () => {
    const taken = { name: "", opType: "Abs", domain: "", inputs: ["x"], outputs: ["y/inner"], attributes: {} };
    const bytes = layered(2, 1, [taken]);
    const model = decodeModel(bytes);
    verifyGraph(model.graph, model.opsets);
    expect(await run(encodeModel(model), 0)).toEqual(await run(bytes, 0));
  });

  it("shares what copies of a body have in common", () => {
    const elements = new Uint8Array(4 * 1000);
    const bytes = layered(
      3,
      2,
      [],
      [
        node("Constant", [], ["unused"], {
          attribute: [
            { name: "value", type: AttributeType.TENSOR, t: { dims: [1000n], dataType: 1, rawData: elements } },
          ],
        }),
      ],
    );
    const constants = decodeModel(bytes).graph.nodes.filter(({ opType }) => opType === "Constant");
    const stored = constants.map(({ attributes: { value } }) =>
      value?.kind === "tensor" && value.value.storage.kind === "bytes" ? value.value.storage.bytes : undefined,
    );
    expect(stored).toHaveLength(2 ** 3);
    expect(new Set(stored.map((each) => each?.byteOffset)).size).toBe(1);
  });

  it.each([
    ["functions that call each other twice, again and again", () => layered(30, 2)],
    ["a chain of functions that never ends", () => layered(100, 1)],
    ["functions whose bodies are many nodes", () => layered(4, 30)],
    ["functions that make no node", () => layered(30, 2, [], undefined, "none")],
    ["long names", () => layered(20, 2, [], [node("Abs", ["a"], ["v".repeat(10_000)])])],
  ])("refuses %s before it is copied", (_, make) => {
    const bytes = make();
    expect(bytes.length).toBeLessThan(400_000);
    expect(() => decodeModel(bytes)).toThrow(/make more than 1,000,000 nodes|called within more than 32 others/);
  });

  it("refuses files whose calls make more nodes than a model has", () => {
    const body = Array.from({ length: 30 }, (_, i) => node("Abs", ["a"], [`v${i}`]));
    expect(() => decodeModel(layered(2, 60, [], body))).toThrow(/it has [\d,]+ nodes, wanted at most 100,000/);
  });

  it("refuses functions that call themselves through others", () => {
    const bytes = layered(3, 1, [], [node("F0", ["a"], ["again"], { domain: "own" })]);
    expect(() => decodeModel(bytes)).toThrow(/Cannot read function "F0": it calls itself, directly or through others/);
  });
});

/**
 * y = F0(x), z = |y|, in which every function calls the next `calls` times in a row, none of them with a name, and the
 * last one doubles.
 */
function layered(
  depth: number,
  calls: number,
  others: Graph["nodes"] = [],
  last: NodeProto[] = [],
  end: "double" | "none" = "double",
): Uint8Array {
  const nodes = [
    ...others,
    { name: "", opType: "F0", domain: "own", inputs: ["x"], outputs: ["y"], attributes: {} },
    { name: "", opType: "Abs", domain: "", inputs: ["y"], outputs: ["z"], attributes: {} },
  ];
  const proto = fromBinary(ModelProtoSchema, encodeModel(createModel({ ...graph, nodes }, { "": 17, own: 1 })));
  const value = (i: number) => (i === 0 ? "a" : i === calls ? "out" : `inner${i === 1 ? "" : i}`);
  for (let level = 0; level <= depth; level++) {
    const body =
      level < depth
        ? Array.from({ length: calls }, (_, i) => node(`F${level + 1}`, [value(i)], [value(i + 1)], { domain: "own" }))
        : [...last, ...(end === "none" ? [] : [node("Add", ["a", "a"], ["inner"]), node("Neg", ["inner"], ["out"])])];
    const output = level === depth && end === "none" ? "a" : "out";
    const opsetImport = [opset("", 17), opset("own", 1)];
    const fields = { domain: "own", name: `F${level}`, input: ["a"], output: [output], node: body, opsetImport };
    proto.functions.push(create(FunctionProtoSchema, fields));
  }
  for (const each of proto.graph?.node ?? []) each.name = "";
  return toBinary(ModelProtoSchema, proto);
}
