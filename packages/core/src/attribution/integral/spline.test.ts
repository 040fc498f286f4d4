import { describe, expect, it } from "vitest";
import { splineIntegrals } from "./spline.ts";

const NODES = [0, 0.08, 0.27, 0.5, 0.73, 0.9, 1];

const SCIPY = [
  0.07525484992353385, 0.11475512528206822, 0.04886982356145786, 0.02324792123439888, 0.009656597789524882,
  0.004278583366292504,
];

const integrate = (nodes: readonly number[], f: (x: number) => number): number =>
  splineIntegrals(
    nodes,
    nodes.map((x) => [f(x)]),
  ).reduce((sum, part) => sum + (part[0] as number), 0);

describe("splineIntegrals()", () => {
  it("is exact for cubics on every part from four nodes on, for parabolas from three, for lines from two", () => {
    for (const count of [2, 3, 4, 5, 6, 7]) {
      const nodes = [...NODES.slice(0, count - 1), 1];
      for (let degree = 0; degree < Math.min(4, count); degree++) {
        const parts = splineIntegrals(
          nodes,
          nodes.map((x) => [(degree + 1) * x ** degree, -2]),
        );
        for (const [i, part] of parts.entries()) {
          const [from, to] = [nodes[i] as number, nodes[i + 1] as number];
          expect(part[0]).toBeCloseTo(to ** (degree + 1) - from ** (degree + 1), 12);
          expect(part[1]).toBeCloseTo(-2 * (to - from), 12);
        }
      }
    }
    expect(Math.abs(integrate([0, 0.4, 1], (x) => x ** 3) - 0.25)).toBeGreaterThan(0.01);
    expect(Math.abs(integrate(NODES, (x) => x ** 4) - 0.2)).toBeGreaterThan(1e-6);
  });

  it("gives the integrals of scipy's CubicSpline (not-a-knot) of 1 / (1 + 25 x^2)", () => {
    // scipy.interpolate.CubicSpline(x, y).integrate(x[i], x[i + 1])
    const parts = splineIntegrals(
      NODES,
      NODES.map((x) => [1 / (1 + 25 * x ** 2)]),
    );
    expect(parts.map(([value]) => value as number)).toBeAllClose(SCIPY, { rtol: 1e-12, atol: 0 });
  });

  it("errs less the more nodes there are, with the fourth power of their distance", () => {
    const error = (parts: number) =>
      Math.abs(
        integrate(
          Array.from({ length: parts + 1 }, (_, i) => i / parts),
          Math.exp,
        ) -
          (Math.E - 1),
      );
    expect(Math.log2(error(16) / error(32))).toBeGreaterThan(3.8);
    expect(error(32)).toBeLessThan(1e-7);
  });

  it("has nothing to say of no positions", () => {
    expect(splineIntegrals([0, 0.5, 1], [[], [], []])).toEqual([new Float64Array(0), new Float64Array(0)]);
  });
});
