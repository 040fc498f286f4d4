/**
 * @file Every gradient rule against PyTorch and against finite differences.
 *
 * PyTorch's numbers are test/golden/rules.json, made by tools/make_rule_reference.py from the same table of cases.
 */

import { readFileSync } from "node:fs";
import { createRegistry, findEntry, RULES } from "@calig/core/internal/autodiff/registry";
import type { GradientRule } from "@calig/core/internal/autodiff/rule";
import { describe, expect, it } from "vitest";
import { isDifferentiated, type RuleCase, shapeOf } from "./case.ts";
import { CASES } from "./cases.ts";
import { differentiate, finiteDifferences, type Knowledge, NODE_UNDER_TEST, type Reference } from "./check.ts";

const { cases: references } = JSON.parse(readFileSync(new URL("../golden/rules.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<Record<string, Reference>>;
};

/**
 * Largest deviation of an element, relative to the largest element: float32 against float64 through one operator and
 * its gradient. The worst case is 1.5e-6.
 */
const TORCH_TOLERANCE = 1e-5;

/** Largest deviation of a slope, relative to the length of the gradient. The worst case is 1e-4, by rounding. */
const DIFFERENCE_TOLERANCE = 5e-4;

/** Below this, numbers count as equal whatever their size. */
const FLOOR = 1e-3;

const registry = createRegistry();
const entryOf = ({ domain, opType, opset }: RuleCase) => findEntry(registry, domain, opType, opset);

function referenceOf({ name }: RuleCase): Reference {
  const reference = references[name];
  expect(reference, `no case "${name}" in rules.json: run tools/make_rule_reference.py`).toBeDefined();
  return reference as Reference;
}

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), FLOOR);

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual).toBeAllClose(expected, { rtol: 0, atol: TORCH_TOLERANCE * largest(expected) });
}

const isClose = (actual: ArrayLike<number>, expected: readonly number[] = []): boolean =>
  expected.every((value, n) => Math.abs(value - (actual[n] as number)) <= TORCH_TOLERANCE * largest(expected));

describe.each(CASES)("gradient of $name", (ruleCase) => {
  it.each<Knowledge>(["sizes", "ranks"])("agrees with PyTorch when the %s are known", async (knowledge) => {
    const reference = referenceOf(ruleCase);
    const { outputs, gradients } = await differentiate(ruleCase, reference, knowledge);
    outputs.forEach((output, n) => {
      const expected = reference.outputs[ruleCase.from[n] as number];
      expect(output.shape).toEqual(expected?.shape);
      expectClose(output.data as Float32Array, expected?.data ?? []);
    });
    for (const [i, gradient] of gradients) {
      expect(gradient.shape).toEqual(shapeOf(ruleCase, i));
      expectClose(gradient.data as Float32Array, reference.gradients[i] ?? []);
    }
  });
});

describe.each(CASES.filter(({ smooth }) => smooth))("gradient of $name", (ruleCase) => {
  it("agrees with finite differences", async () => {
    const { gradients } = await differentiate(ruleCase, referenceOf(ruleCase), "sizes");
    for (const [i, gradient] of gradients) {
      const elements = gradient.data as Float32Array;
      const length = Math.max(FLOOR, Math.hypot(...elements));
      for (const { direction, slope } of await finiteDifferences(ruleCase, i)) {
        const predicted = direction.reduce((sum, step, n) => sum + step * (elements[n] as number), 0);
        expect(Math.abs(predicted - slope) / length, `slope ${slope}, predicted ${predicted}`).toBeLessThan(
          DIFFERENCE_TOLERANCE,
        );
      }
    }
  });
});

describe("the comparison with PyTorch", () => {
  /** The gradients of the node under test with the wrong sign; nodes of the projection are left alone. */
  const negated =
    (rule: GradientRule): GradientRule =>
    (context) =>
      context.node.name === NODE_UNDER_TEST
        ? rule(context).map((gradient) => (gradient === undefined ? undefined : context.builder.neg(gradient)))
        : rule(context);
  const mutants = createRegistry(
    RULES.map((entry) => (entry.rule === "none" ? entry : { ...entry, rule: negated(entry.rule) })),
  );
  // Later pairs replace earlier ones in a Map: reversed, the first case of every rule stays.
  const first = new Map([...CASES].reverse().map((ruleCase) => [entryOf(ruleCase), ruleCase]));

  it.each([...first.values()])("notices a flipped sign in the rule of $opType", async (ruleCase) => {
    const reference = referenceOf(ruleCase);
    const { gradients } = await differentiate(ruleCase, reference, "sizes", mutants);
    const same = [...gradients].filter(([i, gradient]) =>
      isClose(gradient.data as Float32Array, reference.gradients[i]),
    );
    expect(same).toEqual([]);
  });
});

describe("the table of cases", () => {
  const differentiable = RULES.filter((entry) => entry.rule !== "none");

  it("names every case once, and PyTorch's numbers are of these cases", () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
    expect(Object.keys(references).sort()).toEqual(CASES.map(({ name }) => name).sort());
  });

  it.each(differentiable)("has a case for $domain $opType since $since", (entry) => {
    expect(CASES.some((ruleCase) => entryOf(ruleCase) === entry)).toBe(true);
  });

  const operands = (ruleCase: RuleCase) =>
    ruleCase.inputs.flatMap((input, i) => (isDifferentiated(input) ? [shapeOf(ruleCase, i)] : []));
  const binary = differentiable.filter(
    (entry) =>
      entry.broadcasts && CASES.some((ruleCase) => entryOf(ruleCase) === entry && operands(ruleCase).length > 1),
  );

  it.each(binary)("has a case for $opType in which an operand is broadcast", (entry) => {
    const own = CASES.filter((ruleCase) => entryOf(ruleCase) === entry);
    const isBroadcast = (ruleCase: RuleCase) => new Set(operands(ruleCase).map(String)).size > 1;
    expect(own.some(isBroadcast)).toBe(true);
  });

  it.each(differentiable)("has a case for $domain $opType with an odd size", (entry) => {
    const own = CASES.filter((ruleCase) => entryOf(ruleCase) === entry);
    const isOdd = (ruleCase: RuleCase) =>
      ruleCase.inputs.some((_, i) => shapeOf(ruleCase, i).some((size) => size > 1 && size % 2 === 1));
    expect(own.some(isOdd)).toBe(true);
  });
});
