/** @file Headers of GGUF files: small ones written here, and what is wrong with damaged ones. */

import { CheckpointError, UnsupportedModelError } from "@calig/core/internal/errors";
import { describe, expect, it } from "vitest";
import { readModel } from "./architectures.ts";
import { parseGgufHeader } from "./header.ts";
import { readGgufTokenizer } from "./tokenizer.ts";

type Value = string | number | boolean | readonly string[] | readonly number[];

interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly offset: number;
}

const encoder = new TextEncoder();
const uint32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
const uint64 = (value: number) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
const float32 = (value: number) => new Uint8Array(new Float32Array([value]).buffer);
const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const text = (value: string) => join(uint64(encoder.encode(value).length), encoder.encode(value));

function valued(value: Value): Uint8Array {
  if (typeof value === "string") return join(uint32(8), text(value));
  if (typeof value === "boolean") return join(uint32(7), Uint8Array.of(value ? 1 : 0));
  if (typeof value === "number")
    return Number.isInteger(value) ? join(uint32(4), uint32(value)) : join(uint32(6), float32(value));
  if (Array.isArray(value[0])) return join(uint32(9), uint32(9), uint64(1), valued(value[0] as Value));
  const strings = typeof value[0] === "string";
  const each = value.map((one) => (strings ? text(one as string) : float32(one as number)));
  return join(uint32(9), uint32(strings ? 8 : 6), uint64(value.length), ...each);
}

/** A file of these metadata and tensors, with `data` bytes behind its header. */
function file(
  metadata: Readonly<Record<string, Value>>,
  tensors: readonly Part[] = [],
  data = 64,
  version = 3,
): Uint8Array {
  const header = join(
    ...[encoder.encode("GGUF"), uint32(version), uint64(tensors.length), uint64(Object.keys(metadata).length)],
    ...Object.entries(metadata).map(([key, value]) => join(text(key), valued(value))),
    ...tensors.map(({ name, shape, type, offset }) =>
      join(text(name), uint32(shape.length), ...[...shape].reverse().map(uint64), uint32(type), uint64(offset)),
    ),
  );
  return join(header, new Uint8Array(Math.ceil(header.length / 32) * 32 - header.length + data));
}

const parse = (bytes: Uint8Array, size = bytes.length) => parseGgufHeader(bytes, size, "model.gguf");
const LLAMA = {
  "general.architecture": "llama",
  "llama.block_count": 1,
  "llama.embedding_length": 32,
  "llama.feed_forward_length": 64,
  "llama.attention.head_count": 2,
};
const TABLE = { name: "token_embd.weight", shape: [2, 32], type: 8, offset: 0 };

describe("parseGgufHeader()", () => {
  it("finds metadata and tensors, outermost axis first", () => {
    const header = parse(file({ ...LLAMA, half: 0.5, yes: true, words: ["a", "ä"] }, [TABLE], 68));
    expect(header?.metadata.get("words")).toEqual(["a", "ä"]);
    expect(header?.metadata.get("half")).toBe(0.5);
    expect(header?.metadata.get("yes")).toBe(true);
    const { shape, length, offset, type } = header?.tensors.get("token_embd.weight") ?? {};
    expect([shape, length, (offset as number) % 32, type?.name]).toEqual([[2, 32], 68, 0, "Q8_0"]);
  });

  it("asks for more where the bytes end before the header", () => {
    const whole = file(LLAMA, [TABLE], 68);
    for (const length of [2, 20, 100]) expect(parse(whole.subarray(0, length), whole.length)).toBeUndefined();
  });

  it.each([
    ["nothing", new Uint8Array(2), /does not begin with "GGUF"/],
    ["another file", encoder.encode("<html></html>"), /it is a web page/],
    [
      "an end that is missing",
      file(LLAMA, [TABLE], 10),
      /"token_embd.weight" ends at byte \d+ but the file has \d+ bytes; .* truncated/,
    ],
    ["a header that is cut off", file(LLAMA, [TABLE]).subarray(0, 100), /longer than its 100 bytes|more than the file/],
    ["an old version", file(LLAMA, [], 0, 1), /of version 1 of the format, calig reads 2 and 3/],
    ["another order of bytes", file(LLAMA, [], 0, 0x03000000), /big-endian/],
    ["lists of lists", file({ ...LLAMA, nested: [[1]] as never }), /a list of lists/],
    [
      "a type that is not read",
      file(LLAMA, [{ ...TABLE, type: 16 }]),
      /tensors of type IQ2_XXS \("token_embd.weight"\), and calig dequantises F32, .*Q4_K/,
    ],
    ["a type that has no name", file(LLAMA, [{ ...TABLE, type: 77 }]), /tensors of type number 77/],
    [
      "rows that are no blocks",
      file(LLAMA, [{ ...TABLE, shape: [2, 31] }]),
      /rows of 31 numbers, and Q8_0 stores them in blocks of 32/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parse(bytes)).toThrow(CheckpointError);
    expect(() => parse(bytes)).toThrow(message);
  });
});

describe("readModel()", () => {
  const read = async (metadata: Readonly<Record<string, Value>>, tensors: readonly Part[] = [TABLE]) =>
    readModel(parse(file(metadata, tensors, 68)) as NonNullable<ReturnType<typeof parse>>, async () => [1, 2]);

  it("says what is missing, and what is not built", async () => {
    await expect(read({ "general.architecture": "mamba" })).rejects.toThrow(
      /"general.architecture" is "mamba", a recurrent \(state-space\) model without attention/,
    );
    await expect(read({ "general.architecture": "unheard-of" })).rejects.toThrow(
      /is "unheard-of", and calig reads "llama"/,
    );
    await expect(read({ ...LLAMA, "llama.expert_count": 8 })).rejects.toThrow(/a mixture of 8 experts/);
    await expect(read({ ...LLAMA, "llama.rope.dimension_count": 2 })).rejects.toThrow(/turn 2 of the \d+ elements/);
    await expect(read({ ...LLAMA, "llama.attention.value_length": 8 })).rejects.toThrow(UnsupportedModelError);
    const { "llama.block_count": _, ...rest } = LLAMA;
    await expect(read(rest)).rejects.toThrow(/its metadata lack "llama.block_count"/);
    await expect(read({ ...LLAMA, "llama.attention.head_count": ["2"] })).rejects.toThrow(
      /is a list of 1 values, wanted a number/,
    );
    await expect(read(LLAMA, [])).rejects.toThrow(/no tensor "token_embd.weight"/);
    await expect(
      read({ ...LLAMA, "llama.rope.scaling.type": "spiral", "llama.rope.scaling.factor": 2 }),
    ).rejects.toThrow(/"spiral"/);
  });

  it("reads how rotary positions are scaled", async () => {
    const scaling = async (metadata: Readonly<Record<string, Value>>, tensors?: readonly Part[]) =>
      (await read({ ...LLAMA, ...metadata }, tensors)).config.rope_scaling;
    expect(await scaling({})).toBeUndefined();
    const factor = { "llama.rope.scaling.factor": 4 };
    expect(await scaling({ "llama.rope.scaling.type": "linear", ...factor })).toEqual({
      rope_type: "linear",
      factor: 4,
    });
    expect(
      await scaling({ "llama.rope.scaling.type": "yarn", ...factor, "llama.rope.scaling.original_context_length": 64 }),
    ).toEqual({
      rope_type: "yarn",
      factor: 4,
      original_max_position_embeddings: 64,
    });
    const divisors = { name: "rope_freqs.weight", shape: [2], type: 0, offset: 0 };
    expect(await scaling({}, [TABLE, divisors])).toMatchObject({
      rope_type: "longrope",
      long_factor: [1, 2],
      attention_factor: 1,
    });
  });
});

const partsOf = (tokenizer: object | undefined) => tokenizer as Record<string, unknown>;

describe("readGgufTokenizer()", () => {
  const bytes = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["a", "b", "ab"],
    "tokenizer.ggml.merges": ["a b"],
  };
  const read = (metadata: Readonly<Record<string, Value>>, beside = false) =>
    readGgufTokenizer(parse(file(metadata)) as NonNullable<ReturnType<typeof parse>>, beside);

  it("says what it does not read, unless a tokenizer.json lies beside the file", () => {
    for (const [metadata, message] of [
      [{}, /it has no tokenizer; lay the model's tokenizer.json beside it/],
      [{ ...bytes, "tokenizer.ggml.model": "t5" }, /"tokenizer.ggml.model" is "t5"/],
      [{ ...bytes, "tokenizer.ggml.pre": "chameleon" }, /splits texts by the rule "chameleon"/],
    ] as const) {
      expect(() => read(metadata)).toThrow(message);
      expect(read(metadata, true)).toBeUndefined();
    }
    expect(() => read({ ...bytes, "tokenizer.ggml.model": "llama" })).toThrow(/it lacks "tokenizer.ggml.scores"/);
  });

  it("tells where texts are split by a rule that the file does not name", () => {
    expect(read(bytes)?.note).toMatch(/they are split as for GPT-2/);
    expect(read({ ...bytes, "tokenizer.ggml.pre": "gpt-2" })?.note).toBeUndefined();
  });

  it("sets tokens around texts as the file says, else as the rule does", () => {
    const processor = (metadata: Readonly<Record<string, Value>>) =>
      partsOf(
        read({ ...bytes, "tokenizer.ggml.bos_token_id": 0, "tokenizer.ggml.eos_token_id": 1, ...metadata })?.tokenizer,
      ).post_processor;
    expect(processor({ "tokenizer.ggml.pre": "gpt-2" })).toBeNull();
    expect(processor({ "tokenizer.ggml.pre": "llama-bpe" })).toMatchObject({
      single: [{ SpecialToken: { id: "a" } }, { Sequence: {} }],
    });
    expect(processor({ "tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.add_bos_token": false })).toBeNull();
    expect(processor({ "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.add_eos_token": true })).toMatchObject({
      single: [{ Sequence: {} }, { SpecialToken: { id: "b" } }],
    });
  });
});
