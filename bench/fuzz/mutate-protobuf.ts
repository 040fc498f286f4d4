/**
 * @file One fault in a protobuf file that stays protobuf (mostly): fields dropped, doubled, moved, swapped, re-encoded;
 * numbers made extreme; names taken from elsewhere in the file. Which fields hold messages is told by a schema; everything
 * else is kept as it stands.
 */

import type { Chance } from "./random.ts";

/** Of a message: what its fields hold. Fields that are not listed are numbers or bytes. */
export interface MessageSchema {
  readonly [field: number]: { readonly message: () => MessageSchema } | "text" | "numbers";
}

const message = (schema: () => MessageSchema) => ({ message: schema });

/** onnx.proto as far as messages and texts go. */
const TENSOR_SHAPE: MessageSchema = { 1: message(() => ({ 2: "text", 3: "text" })) };
const TYPE: MessageSchema = {
  1: message(() => ({ 2: message(() => TENSOR_SHAPE) })),
  4: message(() => ({ 1: message(() => TYPE) })),
  8: message(() => ({ 2: message(() => TENSOR_SHAPE) })),
  9: message(() => ({ 1: message(() => TYPE) })),
};
const ENTRY: MessageSchema = { 1: "text", 2: "text" };
const TENSOR: MessageSchema = { 1: "numbers", 5: "numbers", 7: "numbers", 8: "text", 13: message(() => ENTRY) };
const VALUE: MessageSchema = { 1: "text", 2: message(() => TYPE), 3: "text" };
const ATTRIBUTE: MessageSchema = {
  ...{ 1: "text", 4: "text", 5: message(() => TENSOR), 6: message(() => GRAPH), 8: "numbers", 9: "text" },
  ...{ 10: message(() => TENSOR), 11: message(() => GRAPH), 21: "text" },
};
const NODE: MessageSchema = {
  1: "text",
  2: "text",
  3: "text",
  4: "text",
  5: message(() => ATTRIBUTE),
  7: "text",
  8: "text",
};
const GRAPH: MessageSchema = {
  ...{
    1: message(() => NODE),
    2: "text",
    5: message(() => TENSOR),
    11: message(() => VALUE),
    12: message(() => VALUE),
  },
  ...{ 13: message(() => VALUE), 15: message(() => ({ 1: message(() => TENSOR), 2: message(() => TENSOR) })) },
};
const OPSET: MessageSchema = { 1: "text" };
const FUNCTION: MessageSchema = {
  ...{ 1: "text", 4: "text", 5: "text", 6: "text", 7: message(() => NODE), 9: message(() => OPSET), 10: "text" },
  ...{ 11: message(() => ATTRIBUTE), 12: message(() => VALUE) },
};
export const ONNX_MODEL: MessageSchema = {
  ...{ 2: "text", 3: "text", 4: "text", 7: message(() => GRAPH), 8: message(() => OPSET), 14: message(() => ENTRY) },
  25: message(() => FUNCTION),
};

interface Field {
  number: number;
  wire: number;
  value: bigint | Uint8Array | Field[];
  schema: MessageSchema;
  text: boolean;
}

/** Bytes are never changed in place. */
const copyOf = (field: Field): Field => ({
  ...field,
  value: Array.isArray(field.value) ? field.value.map(copyOf) : field.value,
});

function parse(bytes: Uint8Array, schema: MessageSchema): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < bytes.length; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined) return undefined;
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    const kind = schema[number];
    const inner = typeof kind === "object" ? kind.message() : {};
    const field = { number, wire, schema: inner, text: kind === "text" };
    if (wire === 0) {
      const value = varint();
      if (value === undefined) return undefined;
      fields.push({ ...field, value });
    } else {
      const length = wire === 2 ? Number(varint() ?? -1n) : wire === 5 ? 4 : wire === 1 ? 8 : -1;
      if (length < 0 || at + length > bytes.length) return undefined;
      const part = bytes.subarray(at, at + length);
      at += length;
      fields.push({
        ...field,
        value: (wire === 2 && typeof kind === "object" ? parse(part, inner) : undefined) ?? part,
      });
    }
  }
  return fields;
}

function varintBytes(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? byte | 0x80 : byte);
  } while (rest > 0n);
  return bytes;
}

function write(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ number, wire, value }) => {
    const tag = varintBytes((BigInt(number) << 3n) | BigInt(wire));
    if (typeof value === "bigint") return [Uint8Array.from([...tag, ...varintBytes(value)])];
    const bytes = value instanceof Uint8Array ? value : write(value);
    return [Uint8Array.from(wire === 2 ? [...tag, ...varintBytes(BigInt(bytes.length))] : tag), bytes];
  });
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const NUMBERS = [
  0n,
  1n,
  2n,
  3n,
  -1n,
  7n,
  11n,
  16n,
  21n,
  127n,
  128n,
  255n,
  65535n,
  65536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

const OPERATORS = [
  ...[
    "Identity",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "MatMul",
    "Gemm",
    "Reshape",
    "Transpose",
    "Softmax",
    "Concat",
    "Split",
    "Slice",
    "Gather",
  ],
  ...[
    "Expand",
    "Tile",
    "Pad",
    "Range",
    "ConstantOfShape",
    "Constant",
    "Shape",
    "Cast",
    "Where",
    "If",
    "Loop",
    "Scan",
    "Sequence",
  ],
  ...[
    "NonZero",
    "Resize",
    "CumSum",
    "OneHot",
    "Unsqueeze",
    "Squeeze",
    "ReduceMean",
    "Pow",
    "Sqrt",
    "Erf",
    "LayerNormalization",
  ],
  ...[
    "Attention",
    "DequantizeLinear",
    "QuantizeLinear",
    "QLinearMatMul",
    "MatMulInteger",
    "MatMulNBits",
    "EmbedLayerNormalization",
  ],
  ...[
    "SkipLayerNormalization",
    "FusedMatMul",
    "Einsum",
    "Trilu",
    "Mod",
    "Max",
    "TopK",
    "Conv",
    "RandomNormal",
    "StringNormalizer",
  ],
  ...["SequenceConstruct", "Optional", "GatherND", "ScatterND", "", "💥", "__proto__", "constructor"],
];
const TEXTS = [
  "",
  "x",
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "batch",
  "input_ids",
  "logits",
  "ai.onnx",
  "com.microsoft",
  "../model",
  ".",
  "location",
  "offset",
  "length",
  "😀",
  "axis",
  "perm",
  "value",
];

const encoder = new TextEncoder();

/** A copy with one fault; undefined where the bytes are no such message. */
export function mutateProtobuf(bytes: Uint8Array, schema: MessageSchema, chance: Chance): Uint8Array | undefined {
  const root = parse(bytes, schema);
  if (root === undefined || root.length === 0) return undefined;
  mutate(root, chance);
  return write(root);
}

function mutate(root: Field[], chance: Chance): void {
  const { fields, index } = place(root, chance);
  const field = fields[index] as Field;
  const replace = (value: Field["value"], wire = field.wire) => {
    fields[index] = { ...field, value, wire };
  };
  switch (chance.below(12)) {
    case 0:
      fields.splice(index, 1);
      return;
    case 1:
      fields.splice(index, 0, ...Array.from({ length: chance.pick([1, 1, 1, 2, 20, 300]) }, () => copyOf(field)));
      return;
    case 2: {
      const other = chance.below(fields.length);
      [fields[index], fields[other]] = [fields[other] as Field, field];
      return;
    }
    case 3:
      fields[index] = { ...field, number: chance.pick([1 + chance.below(16), field.number + 1, 0, 25, 536870911]) };
      return;
    case 4:
      fields.splice(index, 0, copyOf(anyLike(root, field, chance)));
      return;
    case 5:
      fields[index] = { ...copyOf(anyLike(root, field, chance)), number: field.number };
      return;
    case 6:
      reencode(field, replace, chance);
      return;
    default:
      change(root, field, replace, chance);
  }
}

/** A field on the way down. Tensors' contents are long and say little: they are left to those who turn bits. */
function place(root: Field[], chance: Chance): { fields: Field[]; index: number } {
  let fields = root;
  for (;;) {
    const holders = fields.flatMap(({ value }, i) => (Array.isArray(value) && value.length > 0 ? [i] : []));
    const index = holders.length > 0 && chance.is(0.7) ? chance.pick(holders) : chance.below(fields.length);
    const { value } = fields[index] as Field;
    if (!Array.isArray(value) || value.length === 0 || chance.is(0.2)) return { fields, index };
    fields = value;
  }
}

/** A field from elsewhere with the same kind of value. */
function anyLike(root: Field[], field: Field, chance: Chance): Field {
  let found = field;
  for (let tries = 0; tries < 20; tries++) {
    const { fields, index } = place(root, chance);
    const other = fields[index] as Field;
    if (other.schema === field.schema && other.text === field.text && other.wire === field.wire) found = other;
    if (found !== field && chance.is(0.7)) break;
  }
  return found;
}

type Replace = (value: Field["value"], wire?: number) => void;

/** The same contents in another encoding, or what looks like one. */
function reencode({ value, wire }: Field, replace: Replace, chance: Chance): void {
  if (typeof value === "bigint") {
    if (chance.is(0.5)) replace(Uint8Array.from(varintBytes(value)), 2);
    else
      replace(
        Uint8Array.from({ length: 8 }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 0xffn)),
        1,
      );
    return;
  }
  const bytes = value instanceof Uint8Array ? value : write(value);
  if (wire !== 2) replace(bytes, 2);
  else if (chance.is(0.3)) replace(BigInt(bytes.length), 0);
  else replace(bytes.slice(0, chance.below(bytes.length + 1)));
}

function change(root: Field[], field: Field, replace: Replace, chance: Chance): void {
  const { value, text } = field;
  if (typeof value === "bigint") {
    replace(chance.is(0.7) ? chance.pick(NUMBERS) : value + BigInt(chance.below(5) - 2));
    return;
  }
  if (Array.isArray(value)) {
    if (chance.is(0.5)) value.push(...(anyLike(root, field, chance).value as Field[]).map(copyOf));
    else replace(chance.is(0.5) ? [] : value.slice(0, chance.below(value.length)));
    return;
  }
  if (text) {
    if (field.number === 4 && chance.is(0.7)) replace(encoder.encode(chance.pick(OPERATORS)));
    else if (chance.is(0.6)) replace((anyLike(root, field, chance).value as Uint8Array).slice());
    else if (chance.is(0.8)) replace(encoder.encode(chance.pick(TEXTS)));
    else replace(new Uint8Array(chance.pick([1, 1000, 100_000])).fill(chance.pick([0x41, 0xff, 0])));
    return;
  }
  const bytes = value.slice();
  const at = chance.below(bytes.length + 1);
  switch (chance.below(5)) {
    case 0:
      replace(bytes.slice(0, at));
      return;
    case 1:
      replace(Uint8Array.from([...bytes, ...bytes.slice(0, 64)]));
      return;
    case 2:
      // NaN and infinities of every width, and the largest whole numbers.
      bytes.fill(chance.pick([0xff, 0x7f, 0x00, 0x80]), at, at + chance.pick([1, 2, 4, 8, 64, bytes.length]));
      replace(bytes);
      return;
    case 3:
      replace(Uint8Array.from(varintBytes(chance.pick(NUMBERS))));
      return;
    default:
      if (bytes.length > 0) bytes[at % bytes.length] = chance.below(256);
      replace(bytes);
  }
}
