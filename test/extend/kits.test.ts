/** @file The test kits: calig's own parts keep every promise, and parts that break one are told which. */

import { activationRules } from "@calig/core/internal/autodiff/rules/activation";
import { comprehensiveness } from "@calig/core/internal/evaluation/metrics/comprehensiveness";
import { sparseness } from "@calig/core/internal/evaluation/metrics/sparseness";
import { RENDERERS } from "@calig/core/internal/render/registry";
import { createRandom } from "@calig/core/internal/util/random";
import { labelText } from "@calig/node/internal/node/datasets/label-text";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import {
  type AttributionMethod,
  averagedOverBaselines,
  averagedOverNoise,
  checkDatasetLayout,
  checkMethod,
  checkMetric,
  checkRenderer,
  checkReplacement,
  checkRule,
  checkRuntime,
  defineBaseline,
  defineBlockMethod,
  defineReplacement,
  floatTensor,
  gatherExtensions,
  METHODS,
  type MethodContext,
  type MethodResult,
  methodOf,
  type PreparedText,
  type Renderer,
  type RuleEntry,
  type RuntimeDefinition,
  replacementOf,
  type Tensor,
  tokensInstead,
  type WholeText,
} from "calig/extend";
import { explain, type LoadedModel, loadModel } from "calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const INPUTS = ["A gripping film", "It drags, and then it ends"] as const;

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(await tempFolder(tinyBertFiles()));
});
afterAll(() => model.dispose());

const result = (attribution: readonly number[], more: Partial<MethodResult> = {}): MethodResult => ({
  attribution,
  blocks: [],
  completeness: null,
  options: {},
  modelEvaluations: 0,
  warnings: [],
  ...more,
});

/** Counts letters; claims what its name says only where nothing else is given. */
const method = (changes: Partial<AttributionMethod>): AttributionMethod => ({
  name: "broken",
  summary: "breaks a promise",
  signed: true,
  classSpecific: false,
  run: async (context) => result(lengths(context)),
  ...changes,
});

const lengths = ({ input }: MethodContext): number[] => (input as PreparedText).features.map(({ text }) => text.length);

describe("checkMethod()", () => {
  it.each(METHODS.map((own) => [own.name, own] as const))("lets %s pass", async (_, own) => {
    expect((await checkMethod(own, model, { inputs: INPUTS })).every(({ kept }) => kept)).toBe(true);
  });

  it.each([
    ["integrated-gradients", averagedOverNoise(methodOf("integrated-gradients"), { samples: 3 })],
    ["ca-lig", averagedOverNoise(methodOf("ca-lig"), { samples: 2, sigma: 0.05 })],
    ["integrated-gradients", averagedOverBaselines(methodOf("integrated-gradients"), ["mask", "zero"])],
    ["occlusion", averagedOverBaselines(methodOf("occlusion"), ["mask", { text: "Some other text" }])],
  ])("lets an averaged %s pass", async (_, own) => {
    expect((await checkMethod(own, model, { inputs: INPUTS })).every(({ kept }) => kept)).toBe(true);
  });

  const random = createRandom("kits");
  it.each([
    ["too few numbers", { run: async (c) => result(lengths(c).slice(1)) }, /gives one finite number for each feature/],
    ["a number that is none", { run: async (c) => result(lengths(c).map(() => Number.NaN)) }, /NaN for feature 0/],
    [
      "nothing",
      { run: async (c) => result(lengths(c).map(() => 0)) },
      /says something of every input: all numbers are 0/,
    ],
    [
      "a sign it denies",
      { signed: false, run: async (c) => result(lengths(c).map((n) => -n)) },
      /has no sign, as it says/,
    ],
    [
      "other numbers each time",
      { run: async (c) => result(lengths(c).map(() => random.next())) },
      /equal maps for equal inputs/,
    ],
    [
      "the same number for all features",
      { run: async (c) => result(lengths(c).map(() => 1)) },
      /tells features of an input apart/,
    ],
    ["no class, though it claims so", { classSpecific: true }, /the maps of two classes are equal/],
    [
      "a class, though it denies it",
      { run: async (c) => result(lengths(c).map((n) => n + c.score.target)) },
      /does not depend on the class, as it says/,
    ],
    ["no completeness, though it claims so", { complete: true }, /is complete, as it says.*it tells no completeness/],
    [
      "a completeness that it has not",
      {
        run: async (c) =>
          result(lengths(c), { completeness: { scoreAtInput: 0, scoreAtBaseline: 0, delta: 0, relativeError: 0 } }),
      },
      /tells a completeness that its numbers have/,
    ],
    [
      "blocks that are something else",
      {
        ...(methodOf("ca-lig").options === undefined ? {} : { options: methodOf("ca-lig").options }),
        run: async (c) => {
          const own = await methodOf("ca-lig").run(c);
          return { ...own, attribution: own.attribution.map((value) => 2 * value + 1), completeness: null };
        },
      },
      /has blocks that add up to its numbers/,
    ],
    [
      "a changed hidden state",
      {
        run: async (c) => {
          c.forward.hiddenStates[0]?.data.fill(0);
          return result(lengths(c));
        },
      },
      /leaves its input as it is.*it changes tensors of the context/,
    ],
    [
      "progress beyond its end",
      {
        run: async (c) => {
          c.onProgress(2);
          return result(lengths(c));
        },
      },
      /it tells a progress of 2/,
    ],
    ["no plain data", { run: async (c) => result(lengths(c), { options: { at: new Date(0) } }) }, /gives plain data/],
  ] as const satisfies readonly (readonly [string, Partial<AttributionMethod>, RegExp])[])(
    "finds a method that gives %s",
    async (_, changes, message) => {
      const found = await checkMethod(method(changes), model, { inputs: INPUTS }).catch((error: Error) => error);
      expect(String(found)).toMatch(/does not keep [1-9]\d* of the \d+ promises that were checked:/);
      expect(String(found)).toMatch(new RegExp(message.source, "s"));
    },
  );
});

describe("averaged methods", () => {
  const text = INPUTS[0];

  it("without noise are the method itself", async () => {
    const own = methodOf("integrated-gradients");
    const plain = await explain(model, text, { method: own });
    const still = await explain(model, text, { method: averagedOverNoise(own, { samples: 2, sigma: 0 }) });
    expect(still.attribution).toBeAllClose(plain.attribution, { rtol: 1e-4, atol: 1e-7 });
    expect(still.blocks.map(({ index }) => index)).toEqual([0]);
    expect(still.method.options).toMatchObject({ samples: 2, sigma: 0 });
    expect(still.cost.modelEvaluations).toBeGreaterThan(2 * (plain.cost.modelEvaluations - 1));
  });

  it("over baselines are the mean of the maps with each of them, as the method's own list of baselines is", async () => {
    const own = methodOf("integrated-gradients");
    const averaged = await explain(model, text, { method: averagedOverBaselines(own, ["mask", "zero"]) });
    const listed = await explain(model, text, { method: own, baseline: ["mask", "zero"] });
    expect(averaged.attribution).toBeAllClose(listed.attribution, { rtol: 1e-4, atol: 1e-7 });
    expect(averaged.method.name).toBe("integrated-gradients-over-baselines");
    expect(averaged.method.options.baseline).toEqual(["mask", "zero"]);
  });

  it("can be averaged again", async () => {
    const method = averagedOverNoise(averagedOverBaselines(methodOf("occlusion"), ["mask", "zero"]), { samples: 2 });
    const { attribution } = await explain(model, text, { method });
    expect(attribution.every(Number.isFinite)).toBe(true);
    expect(method.settings).toEqual({ samples: 2, sigma: 0.15, of: { baselines: ["mask", "zero"] } });
  });

  it("over noise are what the option noise makes of any method", async () => {
    const averaged = await explain(model, text, { method: averagedOverNoise(methodOf("occlusion"), { samples: 2 }) });
    const asked = await explain(model, text, { method: "occlusion", noise: 2 });
    expect({ ...asked, cost: null, method: asked.method.name }).toEqual({
      ...averaged,
      cost: null,
      method: "occlusion-over-noise",
    });
    expect(asked.method.options).toMatchObject({ samples: 2, sigma: 0.15, baseline: "mask" });
  });

  it("are extensions that a plugin may export, of methods of calig and of others", () => {
    const made = averagedOverNoise(averagedOverBaselines(methodOf("occlusion"), ["mask", "zero"]));
    expect(gatherExtensions([made], "a test").method).toEqual([made]);
  });

  it("refuse what cannot be averaged over", () => {
    const own = methodOf("saliency");
    expect(() => averagedOverNoise(own, { samples: 0 })).toThrow("give a whole number of at least 1");
    expect(() => averagedOverNoise(own, { sigma: -1 })).toThrow("Cannot use noise of sigma -1");
    expect(() => averagedOverBaselines(own, [] as unknown as ["mask"])).toThrow("give at least one");
  });
});

describe("defineBlockMethod() and defineBaseline()", () => {
  const [text] = INPUTS;
  const own = defineBlockMethod({ name: "own-blocks", summary: "CA-LIG under another name" });

  it("are CA-LIG where nothing is said, and keep what methods promise", async () => {
    const plain = await explain(model, text, { effort: "blocks", layerWeights: "uniform" });
    const same = await explain(model, text, { method: own });
    expect(same.attribution).toEqual(plain.attribution);
    expect(same.blocks).toEqual(plain.blocks);
    expect((await checkMethod(own, model, { inputs: INPUTS })).every(({ kept }) => kept)).toBe(true);
  });

  it("fuse and weigh as they say, texts in windows too", async () => {
    const weighed = defineBlockMethod({
      name: "second",
      summary: "the second block alone, negated",
      fuse: (blocks) => blocks.map(({ relevance }) => relevance.map((value) => -value)),
      weigh: (fused) => fused.map((_, l) => (l === 1 ? 2 : 0)),
    });
    for (const input of [text, Array.from({ length: 90 }, (_, i) => `word${i}`).join(" ")]) {
      const { attribution, blocks } = await explain(model, input, { method: weighed });
      expect(blocks.map(({ weight }) => weight)).toEqual([0, 1]);
      expect(attribution).toBeAllClose(
        (blocks[1]?.relevance ?? []).map((value) => -value),
        { rtol: 1e-9, atol: 1e-12 },
      );
    }
    const wrong = defineBlockMethod({ name: "wrong", summary: "weights that are none", weigh: () => [1] });
    await expect(explain(model, text, { method: wrong })).rejects.toThrow(/Cannot use layer weights \[1\]/);
  });

  it("compute a baseline for each input and each window, and state its name and settings", async () => {
    const zeros = defineBaseline({
      name: "zeros",
      settings: { value: 0 },
      hiddenState: ({ model: { programs }, input }) =>
        floatTensor(new Float32Array(input.features.length * programs.width), [input.features.length, programs.width]),
    });
    const { method, completeness } = await explain(model, text, { baseline: zeros });
    expect(method.options.baseline).toEqual({ name: "zeros", settings: { value: 0 } });
    expect(completeness?.relativeError).toBeLessThan(0.01);
    const long = Array.from({ length: 90 }, (_, i) => `word${i}`).join(" ");
    expect((await explain(model, long, { baseline: zeros })).completeness?.relativeError).toBeLessThan(0.01);
    const both = await explain(model, text, { baseline: [zeros, "mask"], method: "integrated-gradients" });
    expect(both.method.options.baseline).toEqual([{ name: "zeros", settings: { value: 0 } }, "mask"]);
    const odd = defineBaseline({ name: "odd", hiddenState: () => floatTensor([1], [1, 1]) });
    await expect(explain(model, text, { baseline: odd })).rejects.toThrow(/Cannot use a baseline of float32 of shape/);
  });
});

describe("checkRule()", () => {
  const runtime = createNodeRuntime();
  const [gelu] = activationRules as [RuleEntry];
  const cases = [{ name: "odd", inputs: [[3, 5]] }] as const;

  it("lets a right rule pass", async () => {
    expect(await checkRule(gelu, { runtime, cases })).toHaveLength(2);
  });

  it.each([
    [
      "a wrong factor",
      ((c) => [c.builder.mul(c.outputGradient(), c.builder.scalar(0.5))]) as RuleEntry["rule"],
      /slope/,
    ],
    ["no gradient", (() => [undefined]) as RuleEntry["rule"], /output 0 \("output"\) is not differentiated/],
    [
      "another shape",
      ((c) => [c.builder.reduceSum(c.outputGradient(), [0], true)]) as RuleEntry["rule"],
      /has shape \[1,5\], wanted \[3,5\]/,
    ],
  ])("finds a rule with %s", async (_, rule, message) => {
    await expect(checkRule({ ...gelu, rule }, { runtime, cases })).rejects.toThrow(message);
  });
});

describe("checkRenderer()", () => {
  it.each(RENDERERS.map((renderer) => [renderer.name, renderer] as const))("lets %s pass", async (_, renderer) => {
    expect((await checkRenderer(renderer)).length).toBeGreaterThanOrEqual(10);
  });

  const renderer = (changes: Partial<Renderer>): Renderer =>
    ({
      name: "broken",
      extension: "x",
      mediaType: "text/html",
      binary: false,
      render: () => "x",
      ...changes,
    }) as Renderer;
  let count = 0;
  it.each([
    ["nothing", { render: () => "" }, /the output is empty/],
    ["bytes that it denies", { render: () => new Uint8Array(1) as unknown as string }, /no text/],
    ["something else each time", { render: () => String(count++) }, /two outputs differ/],
    ["markup of texts", { render: (e) => JSON.stringify(e).replaceAll('\\"', '"') }, /became markup; escape it/],
    ["undefined", { render: (e) => `${(e as { readonly none?: string }).none}` }, /contains "undefined"/],
    ["a changed explanation", { render: (e) => String((e.attribution as number[]).push(1)) }, /TypeError/],
  ] as const satisfies readonly (readonly [string, Partial<Renderer>, RegExp])[])(
    "finds a renderer that gives %s",
    async (_, changes, message) => {
      await expect(checkRenderer(renderer(changes))).rejects.toThrow(message);
    },
  );
});

describe("checkMetric()", () => {
  const worked = {
    name: "the model needs the first feature alone",
    attribution: [3, 1],
    probability: (kept: readonly number[]) => (kept[0] === 1 ? 0.9 : 0.4),
    expected: [0.5],
  };

  it("lets the numbers worked out by hand pass, and finds others", async () => {
    expect((await checkMetric(comprehensiveness, [worked])).length).toBe(3);
    await expect(checkMetric(comprehensiveness, [{ ...worked, expected: [0.4] }])).rejects.toThrow(/wanted \[0\.4\]/);
    await expect(checkMetric(sparseness, [{ ...worked, expected: undefined }])).rejects.toThrow(/wanted undefined/);
  });

  it("finds figures that are no numbers, and numbers that change", async () => {
    const figure = { name: "f", better: "none", of: () => Number.NaN } as const;
    await expect(checkMetric({ ...comprehensiveness, figures: [figure] }, [worked])).rejects.toThrow(
      /figure "f" is NaN/,
    );
    let calls = 0;
    const measure = async () => [calls++];
    await expect(checkMetric({ ...comprehensiveness, measure }, [worked])).rejects.toThrow(
      /gives the same numbers again/,
    );
  });
});

describe("checkDatasetLayout()", () => {
  const example = {
    name: "labels.tsv",
    content: "1\tA gripping film\n0\tIt drags\n",
    rows: [
      { line: 1, item: { input: { text: "A gripping film" }, label: "1" } },
      { line: 2, item: { input: { text: "It drags" }, label: "0" } },
    ],
  };

  it("lets calig's own pass, and finds rows that are read otherwise", async () => {
    const other = { name: "reviews.jsonl", content: '{"text":"A film"}\n', rows: undefined };
    expect(await checkDatasetLayout(labelText, [example, other])).toHaveLength(4);
    await expect(checkDatasetLayout(labelText, [{ ...example, rows: example.rows.slice(1) }])).rejects.toThrow(
      /reads labels\.tsv/,
    );
    await expect(checkDatasetLayout({ ...labelText, matches: () => true }, [other])).rejects.toThrow(
      /leaves reviews\.jsonl to other layouts: it matches/,
    );
  });
});

describe("checkRuntime()", () => {
  const definition = (open: RuntimeDefinition["open"]): RuntimeDefinition => ({
    name: "own",
    summary: "an engine of our own",
    open,
  });

  it("lets onnxruntime pass", async () => {
    expect((await checkRuntime(definition(() => createNodeRuntime()))).length).toBe(7);
  });

  it("finds an engine that computes something else, and one that fails in words of its own", async () => {
    const runtime = createNodeRuntime();
    const halving = definition(() => ({
      ...runtime,
      async compile(bytes, options) {
        const session = await runtime.compile(bytes, options);
        return {
          ...session,
          async run(feeds, outputs) {
            const fetches = await session.run(feeds, outputs);
            const halved = Object.entries(fetches).map(([name, tensor]) => {
              const data = Float32Array.from(tensor.data as Float32Array, (value) => value / 2);
              return [name, { ...tensor, data } as Tensor] as const;
            });
            return Object.fromEntries(halved);
          },
        };
      },
    }));
    await expect(checkRuntime(halving)).rejects.toThrow(/computes one row: .* numbers differ/);
    const plain = definition(() => ({
      ...runtime,
      compile: (bytes, options) =>
        runtime.compile(bytes, options).catch(() => {
          throw new Error("no");
        }),
    }));
    await expect(checkRuntime(plain)).rejects.toThrow(/fails with an ExecutionError.*Error: no/s);
  });
});

describe("checkReplacement()", () => {
  const inputs = [...INPUTS, "The end of the film is good"] as const;

  it.each(["mask", "random-words", "drop"])("calig's %s keeps every promise", async (name) => {
    const checks = await checkReplacement(replacementOf(model, name), model, { inputs });
    expect(checks.every(({ kept }) => kept)).toBe(true);
  });

  it("names the promises that are broken", async () => {
    let calls = 0;
    const moody = defineReplacement<WholeText>({
      name: "moody",
      kind: "text",
      becomes: "other tokens each time",
      open: (context) => {
        calls++;
        return tokensInstead(
          context,
          context.whole.whole.ids.map((_, position) => (calls + position) % 20),
        );
      },
    });
    await expect(checkReplacement(moody, model, { inputs })).rejects.toThrow(
      "draws the same for the same seed: input 1",
    );
    const idle = defineReplacement<WholeText>({
      name: "idle",
      kind: "text",
      becomes: "itself",
      open: (context) => tokensInstead(context, context.whole.whole.ids),
    });
    await expect(checkReplacement(idle, model, { inputs })).rejects.toThrow(
      "changes the input where everything is removed: input 1: the logits are the same",
    );
    expect(() => defineReplacement({ ...idle, name: "Idle Words" })).toThrow('its field "name" must be');
  });
});
