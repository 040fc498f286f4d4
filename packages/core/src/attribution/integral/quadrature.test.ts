import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../../errors.ts";
import { QUADRATURE_RULES } from "../options.ts";
import { equalPlaces, quadratureRule } from "./quadrature.ts";

const integrate = (name: (typeof QUADRATURE_RULES)[number], steps: number, f: (x: number) => number) => {
  const { nodes, weights } = quadratureRule(name, steps);
  return nodes.reduce((sum, node, i) => sum + (weights[i] as number) * f(node), 0);
};

describe("quadratureRule()", () => {
  it.each(QUADRATURE_RULES)("%s has weights that sum to 1 and nodes within [0, 1]", (name) => {
    for (const steps of [2, 3, 7, 50, 301]) {
      const { nodes, weights } = quadratureRule(name, steps);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(nodes).toHaveLength(steps);
      expect(Math.min(...nodes)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...nodes)).toBeLessThanOrEqual(1);
    }
  });

  it("equal places include both ends, and need two", () => {
    expect(equalPlaces(5)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(() => equalPlaces(1)).toThrow('quadrature "spline" needs a whole number of at least 2');
    expect(() => equalPlaces(1)).toThrow(InvalidOptionError);
  });

  it("gauss-legendre is exact for polynomials of degree 2n - 1 and not of degree 2n", () => {
    for (const n of [1, 2, 3, 5, 8, 16]) {
      const degree = 2 * n - 1;
      expect(integrate("gauss-legendre", n, (x) => (degree + 1) * x ** degree)).toBeCloseTo(1, 12);
    }
    expect(Math.abs(integrate("gauss-legendre", 2, (x) => 5 * x ** 4) - 1)).toBeGreaterThan(1e-3);
  });

  it("gauss-legendre has the nodes of Abramowitz & Stegun table 25.4 for n = 3", () => {
    const { nodes, weights } = quadratureRule("gauss-legendre", 3);
    expect(nodes).toBeAllClose([(1 - 0.774596669241483) / 2, 0.5, (1 + 0.774596669241483) / 2], { rtol: 1e-13 });
    expect(weights).toBeAllClose([5 / 18, 8 / 18, 5 / 18], { rtol: 1e-13 });
  });

  it("the middle rule and the trapezoid are exact for lines, the left and right rules for constants", () => {
    expect(integrate("riemann-mid", 3, (x) => 2 * x)).toBeCloseTo(1, 12);
    expect(integrate("riemann-trapezoid", 4, (x) => 2 * x)).toBeCloseTo(1, 12);
    expect(integrate("riemann-left", 4, (x) => 2 * x)).toBeCloseTo(0.75, 12);
    expect(integrate("riemann-right", 4, (x) => 2 * x)).toBeCloseTo(1.25, 12);
  });

  it("the trapezoid includes both ends of the path, the left rule the baseline, the right rule the input", () => {
    expect(quadratureRule("riemann-trapezoid", 5).nodes).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(quadratureRule("riemann-left", 4).nodes[0]).toBe(0);
    expect(quadratureRule("riemann-right", 4).nodes[3]).toBe(1);
  });

  it("refuses numbers of steps that are no rule", () => {
    expect(() => quadratureRule("gauss-legendre", 0)).toThrow(InvalidOptionError);
    expect(() => quadratureRule("gauss-legendre", 1.5)).toThrow(/1.5 steps/);
    expect(() => quadratureRule("riemann-trapezoid", 1)).toThrow(/at least 2/);
  });
});
