import { describe, expect, it } from "vitest";
import {
  checkEngineMemory,
  checkMemory,
  onceCopied,
  planWeights,
  weightMemory,
  worthCopying,
  worthPrepacking,
} from "./weight-plan.ts";

describe("weightMemory()", () => {
  it("counts float32 as mapped and other types as converted for each program", () => {
    expect(
      weightMemory(
        new Map([
          ["float32", 10],
          ["float16", 3],
          ["bfloat16", 2],
        ]),
      ),
    ).toEqual({ mapped: 40, converted: 40 });
  });
});

describe("checkMemory()", () => {
  it("is silent about what fits", () => {
    expect(checkMemory("m", { mapped: 4e9, converted: 1e9 }, 5e9)).toEqual([]);
  });
  it("warns about weights that fit only in the file", () => {
    expect(checkMemory("m", { mapped: 4e9, converted: 1e9 }, 3e9)).toEqual([
      { code: "memory", message: expect.stringMatching(/about 5\.0 GB and 3\.0 GB are free: .* block by block/) },
    ]);
  });
  it("refuses what cannot fit, with an estimate and advice", () => {
    expect(() => checkMemory("big", { mapped: 0, converted: 8e9 }, 3e9)).toThrow(
      /Cannot load model "big": .* about 8\.0 GB .* 3\.0 GB are free; run the model block by block, store them as float32/,
    );
  });
});

describe("checkEngineMemory()", () => {
  const wasm = { description: "wasm", mostBytes: 2 ** 32 };

  it("refuses weights of which two programs cannot hold a copy each, before anything is compiled", () => {
    expect(() => checkEngineMemory("m", { mapped: 2e9, converted: 0 }, wasm)).not.toThrow();
    expect(() => checkEngineMemory("m", { mapped: 9e9, converted: 0 }, { description: "native" })).not.toThrow();
    for (const weights of [
      { mapped: 2.2e9, converted: 0 },
      { mapped: 0.2e9, converted: 4e9 },
    ]) {
      expect(() => checkEngineMemory("m", weights, wasm)).toThrow(
        /take 4\.4 GB .* in 2 programs, and the memory of wasm ends at 4\.3 GB; use a smaller model, or .* Node\.js/,
      );
    }
  });
});

describe("planWeights()", () => {
  const large = { mapped: 0, converted: 2e9 };
  const plan = (memoryOptions: Parameters<typeof planWeights>[3]) => planWeights("m", large, true, memoryOptions);

  it("holds whole what fits, copied where that saves memory", () => {
    expect(plan({ available: 3e9 })).toEqual({ streamed: false, copied: true, prepack: false, warnings: [] });
    expect(planWeights("m", large, false, { available: 3e9 })).toEqual({
      streamed: false,
      copied: false,
      prepack: false,
      warnings: [],
    });
  });
  it("goes block by block where the weights exceed what is free or allowed, and says so", () => {
    for (const memoryOptions of [{ available: 0.5e9 }, { available: 8e9, memory: 0.5e9 }]) {
      expect(plan(memoryOptions)).toEqual({
        streamed: true,
        copied: false,
        prepack: false,
        warnings: [
          {
            code: "streamed",
            message: expect.stringMatching(/about 1\.0 GB and 0\.5 GB may be used: .* block by block/),
          },
        ],
      });
    }
  });
  it("does what it is told without a word", () => {
    expect(plan({ available: 8e9, stream: true })).toEqual({
      streamed: true,
      copied: false,
      prepack: false,
      warnings: [],
    });
    expect(plan({ available: 1e9, stream: false })).toMatchObject({ streamed: false, copied: true });
    expect(() => planWeights("m", large, false, { available: 1e9, stream: false })).toThrow("Cannot load model");
  });
});

describe("worthPrepacking()", () => {
  it("holds for small weights", () => {
    expect(worthPrepacking({ mapped: 0, converted: 181e6 })).toBe(true);
    expect(worthPrepacking({ mapped: 0, converted: 8e9 })).toBe(false);
    expect(worthPrepacking({ mapped: 90e6, converted: 0 })).toBe(true);
    expect(worthPrepacking({ mapped: 440e6, converted: 0 })).toBe(false);
  });
});

describe("worthCopying()", () => {
  it("holds for large weights that must be converted", () => {
    expect(worthCopying({ mapped: 0, converted: 181e6 })).toBe(false);
    expect(worthCopying({ mapped: 8e9, converted: 0 })).toBe(false);
    expect(worthCopying({ mapped: 0, converted: 2.6e9 })).toBe(true);
    expect(onceCopied({ mapped: 10, converted: 40 })).toEqual({ mapped: 30, converted: 0 });
  });
});
