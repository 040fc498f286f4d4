import { clone, create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "onnx-buf";
import { describe, expect, it } from "vitest";
import { createNodeRuntime } from "../runtime/onnxruntime-node.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { createModel } from "./create-model.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import type { Graph } from "./model.ts";

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
});
