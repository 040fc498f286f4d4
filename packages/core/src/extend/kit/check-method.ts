/** @file The test kit of attribution methods: what renderers, metrics and readers rely on, checked on a model and inputs. */

import { explain } from "../../attribution/explain.ts";
import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Explanation } from "../../attribution/explanation.ts";
import type { ImageInput, TextInput } from "../../attribution/input.ts";
import type { AttributionMethod, MethodContext } from "../../attribution/method.ts";
import { DEFAULTS, type ExplainOptions } from "../../attribution/options.ts";
import { ExtensionError } from "../../errors.ts";
import { apart, type KitCheck, KitReport } from "./report.ts";

/** The inputs that `checkMethod` explains. */
export interface CheckMethodOptions {
  /** At least two inputs that differ: texts or pictures of the kind that the model reads. */
  readonly inputs: readonly [
    string | TextInput | ImageInput,
    string | TextInput | ImageInput,
    ...(string | TextInput | ImageInput)[],
  ];
  /** Options that all explanations are made with, as a smaller number of steps. */
  readonly options?: Omit<ExplainOptions, "method" | "target">;
}

type Input = string | TextInput | ImageInput;

/** Rounding of sums of a few thousand numbers, as a share of the largest. */
const ROUNDING = 1e-6;

/**
 * Checks a method: a finite number for each feature; equal maps for equal inputs and seeds, whatever was explained
 * between; the sign, the dependence on the class and the completeness that it claims; blocks that add up; plain data;
 * inputs and hidden states left alone.
 *
 * Cost: about four explanations of each input.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkMethod(
  method: AttributionMethod,
  model: ExplainableModel,
  { inputs, options = {} }: CheckMethodOptions,
): Promise<readonly KitCheck[]> {
  const { name } = method;
  if (inputs.length < 2)
    throw new ExtensionError(`Cannot check the method "${name}": give at least two inputs`, "method");
  const report = new KitReport();
  const of = (input: Input, more: ExplainOptions = {}) =>
    explain(model, structuredClone(input), { ...options, ...more, method }) as Promise<Explanation>;
  const first: Explanation[] = [];
  await report.expect("explains every input", async () => {
    for (const input of inputs) first.push(await of(input));
    return undefined;
  });
  if (first.length < inputs.length) return report.finish("method", name);

  const each = (promise: string, check: (explanation: Explanation) => string | undefined) =>
    report.expect(promise, () => first.map(check).find((found) => found !== undefined));
  await each("gives one finite number for each feature", ({ attribution, features }) => {
    if (attribution.length !== features.length) return `${attribution.length} numbers for ${features.length} features`;
    const wrong = attribution.findIndex((value) => !Number.isFinite(value));
    return wrong < 0 ? undefined : `${attribution[wrong]} for feature ${wrong}`;
  });
  await each("says something of every input", ({ attribution }) =>
    attribution.some((value) => value !== 0) ? undefined : "all numbers are 0",
  );
  if (!method.signed) {
    await each("has no sign, as it says: no number is below 0", ({ attribution }) => {
      const least = Math.min(...attribution);
      return least >= 0 ? undefined : `the least is ${least}`;
    });
  }
  await each("tells a completeness that its numbers have", ({ attribution, completeness }) => {
    if (completeness === null) return undefined;
    const { delta, scoreAtInput, scoreAtBaseline } = completeness;
    const own = sum(attribution) - (scoreAtInput - scoreAtBaseline);
    const size = Math.max(...attribution.map(Math.abs), Math.abs(scoreAtInput), Math.abs(scoreAtBaseline));
    return apart([delta], [own], ROUNDING * attribution.length * size);
  });
  if (method.complete === true) {
    const most = options.tolerance ?? DEFAULTS.tolerance;
    await each("is complete, as it says: numbers add up to the difference of the scores", ({ completeness }) => {
      if (completeness === null) return "it tells no completeness";
      const { relativeError } = completeness;
      return relativeError <= most ? undefined : `they miss it by a share of ${relativeError}, more than ${most}`;
    });
  }
  await each("has blocks that add up to its numbers", blocksProblem);
  await each("gives plain data", (explanation) => {
    const text = JSON.stringify(explanation);
    return JSON.stringify(JSON.parse(text)) === text && deepEqual(JSON.parse(text), explanation)
      ? undefined
      : "JSON does not give back what it was given";
  });

  await report.expect("gives equal maps for equal inputs and seeds, whatever was explained between", async () => {
    const again: Explanation[] = [];
    for (const input of [...inputs].reverse()) again.unshift(await of(input));
    return again.map(({ attribution }, i) => apart(attribution, first[i]?.attribution ?? [])).find(isFound);
  });
  await report.expect("tells features of an input apart", () => {
    const maps = first.map(({ attribution, features }) => attribution.filter((_, t) => features[t]?.special === false));
    return maps.some((map) => new Set(map).size > 1) ? undefined : "all features of an input have the same number";
  });
  await report.expect(
    method.classSpecific ? "depends on the class, as it says" : "does not depend on the class, as it says",
    async () => {
      if (model.labels.length < 2) return undefined;
      const [input] = inputs;
      const maps = [await of(input, { target: 0 }), await of(input, { target: 1 })].map((one) => one.attribution);
      const difference = apart(maps[0] as readonly number[], maps[1] as readonly number[]);
      if (method.classSpecific) return difference === undefined ? "the maps of two classes are equal" : undefined;
      return difference;
    },
  );
  await report.expect("leaves its input as it is, and tells its progress from 0 to 1", async () => {
    const [input] = inputs;
    let found: string | undefined;
    const watched: AttributionMethod = {
      ...method,
      name: `${name}-watched`,
      async run(context) {
        const { frozen, changed } = watch(context);
        const result = await method.run({
          ...context,
          onProgress: (done) => {
            if (!(done >= 0 && done <= 1)) found ??= `it tells a progress of ${done}`;
            context.onProgress(done);
          },
        });
        found ??= changed(frozen);
        return result;
      },
    };
    await explain(model, structuredClone(input), { ...options, method: watched });
    return found;
  });
  return report.finish("method", name);
}

const isFound = (found: string | undefined): found is string => found !== undefined;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function blocksProblem({ attribution, blocks, features }: Explanation): string | undefined {
  if (blocks.length === 0) return undefined;
  const indices = blocks.map(({ index }) => index);
  if (indices.some((index, i) => i > 0 && index <= (indices[i - 1] as number))) return `their order is ${indices}`;
  for (const { index, relevance, attentionEvidence, fused } of blocks) {
    for (const map of [relevance, attentionEvidence, fused]) {
      if (map.length !== features.length || !map.every(Number.isFinite)) return `block ${index} has a map without them`;
    }
  }
  const added = attribution.map((_, t) => sum(blocks.map(({ fused, weight }) => weight * (fused[t] as number))));
  const size = Math.max(...blocks.flatMap(({ fused }) => fused.map(Math.abs)));
  return apart(attribution, added, ROUNDING * blocks.length * size);
}

/** Copies of what a method gets, and whether it is still the same. */
function watch({ input, forward }: MethodContext) {
  const tensors = () => [...Object.values(input.feeds), ...forward.hiddenStates, forward.logits];
  const frozen = tensors().map(({ data }) => Array.from(data as ArrayLike<number>, Number));
  const changed = (before: readonly (readonly number[])[]): string | undefined => {
    const differing = tensors().findIndex(({ data }, i) =>
      Array.from(data as ArrayLike<number>, Number).some((value, n) => !Object.is(value, before[i]?.[n])),
    );
    return differing < 0 ? undefined : "it changes tensors of the context";
  };
  return { frozen, changed };
}

/** Of plain data: the same fields with the same values, and nothing else. */
function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "number" && typeof b === "number") return a === b; // -0 is written as 0
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(b);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    Object.keys(a).length === keys.length &&
    keys.every((key) => deepEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
