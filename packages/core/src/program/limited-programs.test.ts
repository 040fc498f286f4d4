import { describe, expect, it } from "vitest";
import { intTensor } from "../tensor/tensor.ts";
import { LimitedPrograms } from "./limited-programs.ts";
import type { ModelPrograms, SweepRequest, SweepResult } from "./model-programs.ts";

/** Programs of which only the sweep and the logits answer; both remember what they were asked. */
function spy() {
  const sweeps: SweepRequest["points"][] = [];
  const rows: number[] = [];
  const programs = {
    blocks: 2,
    width: 2,
    classes: 2,
    sweep: async ({ points }: SweepRequest): Promise<SweepResult> => {
      sweeps.push(points);
      return {
        scores: Float64Array.from(points, ({ alpha }) => alpha),
        relevance: points.map(({ alpha }) => Float32Array.of(alpha)),
        passing: [],
        attention: [],
      };
    },
    logits: async (feeds: Record<string, { data: ArrayLike<bigint>; shape: readonly number[] }>) => {
      const { data, shape } = feeds.ids as { data: ArrayLike<bigint>; shape: readonly number[] };
      rows.push(shape[0] as number);
      return { dtype: "float32", shape: [1, 2], data: Float32Array.of(Number(data[0]), 0) };
    },
  } as unknown as ModelPrograms;
  return { programs, sweeps, rows };
}

const request = (points: SweepRequest["points"]) => ({ points }) as unknown as SweepRequest;

describe("LimitedPrograms", () => {
  it("gives every block a row where one is needed, and leaves its result out", async () => {
    const { programs, sweeps } = spy();
    const limited = new LimitedPrograms(programs, { inputs: false, states: false, filled: true });
    const late = await limited.sweep(request([{ block: 1, alpha: 0.25 }]));
    expect(sweeps[0]).toEqual([{ block: 1, alpha: 0.25 }, { block: 0, alpha: 1 }]); // biome-ignore format: two points
    expect(late.scores).toEqual(Float64Array.of(0.25));
    expect(late.relevance).toHaveLength(1);
    const points = [{ block: 0, alpha: 0.5 }];
    await limited.sweep(request(points));
    expect(sweeps[1]).toBe(points);
  });

  it("runs inputs row by row where they take one", async () => {
    const { programs, rows } = spy();
    const limited = new LimitedPrograms(programs, { inputs: true, states: false, filled: false });
    const logits = await limited.logits({ ids: intTensor([5, 6, 7, 8], [2, 2]) });
    expect(rows).toEqual([1, 1]);
    expect(logits).toEqual({ dtype: "float32", shape: [2, 2], data: Float32Array.of(5, 0, 7, 0) });
  });
});
