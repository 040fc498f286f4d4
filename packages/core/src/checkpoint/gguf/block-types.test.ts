/** @file Every element type of GGUF, held to the `gguf` package of Python (tools/make_gguf_reference.py). */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blockTypeOf, KNOWN_TYPES } from "./block-types.ts";

interface Case {
  readonly type: string;
  readonly number: number;
  readonly bytes: string;
  readonly float32: string;
}

const file = new URL("../../../../../test/golden/gguf.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, "base64"));

describe("blockTypeOf()", () => {
  it("has a reference for all", () => expect(cases.map(({ type }) => type).sort()).toEqual([...KNOWN_TYPES].sort()));

  it.each(cases)("dequantises $type to the last bit", ({ type: name, number, bytes, float32 }) => {
    const type = blockTypeOf(number);
    if (type === undefined) throw new Error(name);
    const source = bytesOf(bytes);
    const wanted = new Float32Array(bytesOf(float32).buffer);
    expect(type.name).toBe(name);
    expect((source.length / type.bytes) * type.elements).toBe(wanted.length);
    const found = new Float32Array(wanted.length);
    // As parts of files lie in memory: at any address.
    const shifted = new Uint8Array(source.length + 1);
    shifted.set(source, 1);
    type.decode(shifted.subarray(1), found);
    const unsigned = (values: Float32Array) => values.map((value) => value + 0); // -0 is 0
    expect(unsigned(found)).toEqual(unsigned(wanted));
  });
});
