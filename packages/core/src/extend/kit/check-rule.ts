/** @file The test kit of gradient rules: gradients of single nodes against central differences of the engine's own kernel. */

import { buildGradientGraph } from "../../autodiff/backward.ts";
import { createRegistry, RULES } from "../../autodiff/registry.ts";
import type { RuleEntry } from "../../autodiff/rule.ts";
import { ExtensionError } from "../../errors.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Attribute } from "../../onnx/model.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { elementCount, type FloatTensor, floatTensor, type Tensor } from "../../tensor/tensor.ts";
import { createRandom } from "../../util/random.ts";
import { apart, type KitCheck, KitReport } from "./report.ts";
import { valuesOf } from "./run-graph.ts";

/** One node that is differentiated. */
export interface RuleCase {
  readonly name: string;
  /** Shapes of the inputs that are differentiated: their numbers are drawn; or tensors, which are constant. */
  readonly inputs: readonly (readonly number[] | Tensor)[];
  /** Least and largest of the drawn numbers: where the operator is smooth. Default: -2 and 2. */
  readonly range?: readonly [number, number];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Version of the operator set. Default: that since which the rule holds, at least 17 for ai.onnx. */
  readonly opset?: number;
}

/** The cases that `checkRule` differentiates. */
export interface CheckRuleOptions {
  readonly runtime: Runtime;
  /** At least one; broadcast operators need a case that broadcasts, others an odd shape. */
  readonly cases: readonly [RuleCase, ...RuleCase[]];
  /** Largest difference, as a share of the largest slope. Default: 1e-3, ten times what float32 leaves of differences. */
  readonly tolerance?: number;
}

const NODE = "node";
const OUTPUT = "output";

/**
 * Checks a rule against five-point central differences along random directions, in each input of each case, with sizes
 * that are known when the gradient is built and with ranks alone; and that the gradient of a sum is that of each part.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkRule(
  entry: RuleEntry,
  { runtime, cases, tolerance = 1e-3 }: CheckRuleOptions,
): Promise<readonly KitCheck[]> {
  const called = entry.domain === "" ? entry.opType : `${entry.domain}.${entry.opType}`;
  if (entry.rule === "none") {
    throw new ExtensionError(`Cannot check the gradient rule of ${called}: it says that there is no gradient`, "rule");
  }
  const report = new KitReport();
  for (const one of cases) {
    const places = one.inputs.flatMap((input, i) => (isDrawn(input) ? [i] : []));
    for (const known of ["sizes", "ranks"] as const) {
      await report.expect(`has the slopes of central differences: ${one.name}, ${known} known`, async () => {
        const { output, gradients } = await gradientsOf(entry, one, runtime, known, places);
        for (const [n, place] of places.entries()) {
          const gradient = gradients[n] as Tensor;
          const wanted = one.inputs[place] as readonly number[];
          if (gradient.shape.join() !== wanted.join()) {
            return `the gradient of input ${place} has shape [${gradient.shape}], wanted [${wanted}]`;
          }
          for (let d = 0; d < 2; d++) {
            const { direction, slope } = await differences(entry, one, runtime, place, output.data.length, d);
            const own = direction.reduce((sum, v, i) => sum + v * Number(gradient.data[i]), 0);
            const size = Math.max(1, Math.abs(slope), ...Array.from(gradient.data as ArrayLike<number>, Math.abs));
            const found = apart([own], [slope], tolerance * size);
            if (found !== undefined) return `input ${place}: slope ${own}, by differences ${slope}`;
          }
        }
        return undefined;
      });
    }
  }
  return report.finish("rule", called);
}

const isDrawn = (input: readonly number[] | Tensor): input is readonly number[] => Array.isArray(input);

const inputName = (i: number): string => `input_${i}`;

/** The inputs of a case: drawn numbers by its name, or the constants. */
function tensorOf({ name, inputs, range: [least, most] = [-2, 2] }: RuleCase, i: number): Tensor {
  const input = inputs[i] as readonly number[] | Tensor;
  if (!isDrawn(input)) return input;
  const random = createRandom(`rule ${name} ${i}`);
  return floatTensor(
    Array.from({ length: elementCount(input) }, () => least + (most - least) * random.next()),
    input,
  );
}

/** A model of the one node. */
function modelOf({ domain, opType, since }: RuleEntry, one: RuleCase, known: "sizes" | "ranks") {
  const isStandard = domain === "" || domain === "ai.onnx";
  const opset = one.opset ?? (isStandard ? Math.max(17, since) : since);
  const opsets = isStandard ? { "": opset, "com.microsoft": 1 } : { "": 17, "com.microsoft": 1, [domain]: opset };
  const builder = new GraphBuilder({ name: "rule", opsets });
  const inputs = one.inputs.map((input, i) => {
    const tensor = tensorOf(one, i);
    if (!isDrawn(input)) return builder.constant(tensor);
    const shape = known === "sizes" ? tensor.shape : tensor.shape.map((_, axis) => `size_${i}_${axis}`);
    return builder.input(inputName(i), tensor.dtype, shape);
  });
  builder.node({ name: NODE, opType, domain, inputs, outputs: [OUTPUT], attributes: one.attributes ?? {} });
  return { builder, opsets };
}

const feedsOf = (one: RuleCase): Record<string, Tensor> =>
  Object.fromEntries(one.inputs.flatMap((input, i) => (isDrawn(input) ? [[inputName(i), tensorOf(one, i)]] : [])));

/** Weights that the outputs are added up with: one gradient then tells of all of them. */
const projection = ({ name }: RuleCase, count: number): Float32Array => {
  const random = createRandom(`projection ${name}`);
  return Float32Array.from({ length: count }, () => 2 * random.next() - 1);
};

async function gradientsOf(
  entry: RuleEntry,
  one: RuleCase,
  runtime: Runtime,
  known: "sizes" | "ranks",
  places: readonly number[],
): Promise<{ readonly output: Tensor; readonly gradients: readonly Tensor[] }> {
  const plain = modelOf(entry, one, known);
  const [output] = (await valuesOf(runtime, plain.builder.build(), plain.opsets, [OUTPUT], feedsOf(one))) as [Tensor];
  const { builder, opsets } = modelOf(entry, one, known);
  const of = builder.mul(OUTPUT, builder.constant(floatTensor(projection(one, output.data.length), output.shape)));
  const others = RULES.filter(
    ({ domain, opType, since }) => domain !== entry.domain || opType !== entry.opType || since !== entry.since,
  );
  const made = buildGradientGraph(builder.build(), {
    of,
    withRespectTo: places.map(inputName),
    opsets,
    registry: createRegistry([...others, entry]),
  });
  const names = places.map((place) => {
    const name = made.gradients.get(inputName(place));
    if (name === undefined) throw new ExtensionError(`there is no gradient for input ${place}`, "rule");
    return name;
  });
  return { output, gradients: await valuesOf(runtime, made.graph, opsets, names, feedsOf(one)) };
}

/**
 * The slope of the projected outputs along a random corner of a cube around one input, by five points of step h: the error
 * of the formula is h^4 f'''''/30, that of rounding about 1e-7 / h; h = 2^-5 balances them for functions of order 1.
 */
async function differences(
  entry: RuleEntry,
  one: RuleCase,
  runtime: Runtime,
  place: number,
  outputs: number,
  attempt: number,
): Promise<{ readonly direction: readonly number[]; readonly slope: number }> {
  const h = 2 ** -5;
  const { builder, opsets } = modelOf(entry, one, "sizes");
  const graph = builder.build();
  const feeds = feedsOf(one);
  const own = feeds[inputName(place)] as FloatTensor;
  const random = createRandom(`direction ${one.name} ${place} ${attempt}`);
  const direction = Array.from(own.data, () => (random.next() < 0.5 ? -1 : 1));
  const weights = projection(one, outputs);
  const at = async (step: number) => {
    const moved = floatTensor(
      own.data.map((value, i) => value + step * (direction[i] as number)),
      own.shape,
    );
    const [output] = await valuesOf(runtime, graph, opsets, [OUTPUT], { ...feeds, [inputName(place)]: moved });
    return weights.reduce((sum, weight, i) => sum + weight * Number(output?.data[i]), 0);
  };
  const near = (await at(h)) - (await at(-h));
  const far = (await at(2 * h)) - (await at(-2 * h));
  return { direction, slope: (8 * near - far) / (12 * h) };
}
