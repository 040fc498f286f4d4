/** @file Nodes and weights of quadrature rules on [0, 1]. Weights always sum to 1. */

import { InvalidOptionError } from "../../errors.ts";
import { assertNever } from "../../util/assert-never.ts";
import type { QuadratureRuleName } from "../options.ts";

/** Points of a rule on [0, 1] with the weight of each; weights sum to 1. */
export interface QuadratureRule {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The rule with `steps` points.
 *
 * - gauss-legendre: exact for polynomials of degree 2 steps - 1 (Abramowitz & Stegun 25.4.30).
 * - riemann-left, -right, -mid: equal weights at the left end, right end or middle of equal sub-intervals; exact for
 *   constants (left, right) and lines (mid).
 * - riemann-trapezoid: `steps` points including both ends, end weights halved; exact for lines; needs 2 points.
 *
 * @throws {InvalidOptionError} When `steps` is not an integer >= 1 (>= 2 for the trapezoid).
 */
export function quadratureRule(name: QuadratureRuleName, steps: number): QuadratureRule {
  checkSteps(name, steps, name === "riemann-trapezoid" ? 2 : 1);
  const indices = Array.from({ length: steps }, (_, i) => i);
  const equal = indices.map(() => 1 / steps);
  switch (name) {
    case "gauss-legendre":
      return gaussLegendre(steps);
    case "riemann-left":
      return { nodes: indices.map((i) => i / steps), weights: equal };
    case "riemann-right":
      return { nodes: indices.map((i) => (i + 1) / steps), weights: equal };
    case "riemann-mid":
      return { nodes: indices.map((i) => (i + 0.5) / steps), weights: equal };
    case "riemann-trapezoid":
      return {
        nodes: equalPlaces(steps),
        weights: indices.map((i) => (i === 0 || i === steps - 1 ? 0.5 : 1) / (steps - 1)),
      };
    default:
      return assertNever(name);
  }
}

/** Both ends of [0, 1], and equal parts between them. @throws {InvalidOptionError} For fewer than two. */
export function equalPlaces(steps: number): readonly number[] {
  checkSteps("spline", steps, 2);
  return Array.from({ length: steps }, (_, i) => i / (steps - 1));
}

function checkSteps(quadrature: string, steps: number, least: number): void {
  if (Number.isInteger(steps) && steps >= least) return;
  throw new InvalidOptionError(
    `Cannot integrate with ${steps} steps: quadrature "${quadrature}" needs a whole number of at least ${least}`,
    "steps",
    steps,
  );
}

/** Roots of the Legendre polynomial of degree n by Newton's method from the Chebyshev-like first guess of Tricomi. */
function gaussLegendre(n: number): QuadratureRule {
  const nodes = new Array<number>(n);
  const weights = new Array<number>(n);
  for (let i = 0; i < Math.ceil(n / 2); i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let derivative = 0;
    for (let iteration = 0; iteration < 100; iteration++) {
      let previous = 1;
      let value = x;
      for (let k = 2; k <= n; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
      derivative = n === 1 ? 1 : (n * (x * value - previous)) / (x * x - 1);
      const step = value / derivative;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    const weight = 1 / ((1 - x * x) * derivative * derivative);
    nodes[i] = (1 - x) / 2;
    nodes[n - 1 - i] = (1 + x) / 2;
    weights[i] = weight;
    weights[n - 1 - i] = weight;
  }
  return { nodes, weights };
}
