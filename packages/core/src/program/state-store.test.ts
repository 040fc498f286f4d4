import { describe, expect, it } from "vitest";
import { type Spill, StateStore } from "./state-store.ts";

/** A spill that remembers what was asked of it. */
function fakeSpill() {
  const written: Float32Array[] = [];
  const spill: Spill = {
    async write(numbers) {
      return written.push(numbers.slice()) - 1;
    },
    async read(place) {
      return written[place] as Float32Array;
    },
    async clear() {
      written.length = 0;
    },
    async dispose() {},
  };
  return { spill, written };
}

const numbers = (value: number) => new Float32Array(4).fill(value); // 16 bytes

describe("StateStore", () => {
  it("spills what was put first and gives everything back", async () => {
    const { spill, written } = fakeSpill();
    const store = new StateStore(32, spill);
    for (const value of [1, 2, 3]) await store.put(`${value}`, numbers(value));
    expect(written.map((spilt) => spilt[0])).toEqual([1]);
    for (const value of [3, 2, 1]) expect(await store.get(`${value}`)).toEqual(numbers(value));
  });

  it("makes room when numbers are deleted or replaced", async () => {
    const { spill, written } = fakeSpill();
    const store = new StateStore(32, spill);
    await store.put("a", numbers(1));
    await store.put("b", numbers(2));
    await store.put("a", numbers(3));
    store.delete("b");
    await store.put("c", numbers(4));
    expect(written).toEqual([]);
    expect(await store.get("a")).toEqual(numbers(3));
  });

  it("keeps everything in memory where there is no spill", async () => {
    const store = new StateStore(1, undefined);
    await store.put("a", numbers(1));
    expect(await store.get("a")).toEqual(numbers(1));
  });

  it("forgets everything when cleared", async () => {
    const { spill, written } = fakeSpill();
    const store = new StateStore(0, spill);
    await store.put("a", numbers(1));
    expect(written).toHaveLength(1);
    await store.clear();
    expect(written).toEqual([]);
    await expect(store.get("a")).rejects.toThrow('no state "a"');
  });
});
