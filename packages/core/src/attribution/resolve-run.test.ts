import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { MODALITIES } from "../modality/modalities.ts";
import { modalityOf } from "../modality/modality-of.ts";
import { optionsKey } from "../options/resolve.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import { METHODS } from "./methods.ts";
import { type ExplainOptions, GENERAL_OPTIONS, METHOD_OPTIONS } from "./options.ts";
import { checkRun, optionsFor, optionsTakenBy, reportedOptions, resolveRun } from "./resolve-run.ts";
import type { TunedSettings } from "./tuned.ts";

const model = (kind: "text" | "image", tuned?: TunedSettings) =>
  ({
    modality: modalityOf(kind, MODALITIES),
    ...(tuned === undefined ? {} : { tuned }),
  }) as unknown as ExplainableModel;
const TEXT = model("text");
const CHOSEN_BY = { metric: "faithfulness", dataset: "dev", choosing: 5, confirming: 5 };
const TUNED: TunedSettings = { fusion: "additive", lambda: 0.25, layerWeights: "last", chosenBy: CHOSEN_BY };

/** The names and the message of what is refused. */
function refusal(options: object): string {
  try {
    resolveRun(TEXT, options as ExplainOptions);
  } catch (error) {
    if (error instanceof InvalidOptionError) return `${error.option}: ${error.message}`;
    throw error;
  }
  return "";
}

describe("options that are wrong are refused", () => {
  test.each([
    [{ tolerence: 0.5 }, 'tolerence: Unknown option "tolerence": did you mean "tolerance"?'],
    [{ "layer-weights": "last" }, 'layer-weights: Unknown option "layer-weights": did you mean "layerWeights"?'],
    [{ Seed: 1 }, 'Seed: Unknown option "Seed": did you mean "seed"?'],
    [{ colour: "red" }, 'colour: Unknown option "colour": use one of "target", "against"'],
    [{ toString: 1 }, 'toString: Unknown option "toString"'],
    [JSON.parse('{ "__proto__": 1 }'), '__proto__: Unknown option "__proto__"'],
    [{ lambda: "0.3", fusion: "additive" }, 'lambda: Cannot use lambda "0.3": give a number from 0 to 1'],
    [{ steps: "8" }, 'steps: Cannot use steps "8": give a whole number from 1 to 10000, or "auto"'],
    [{ steps: 8.5 }, "steps: Cannot use steps 8.5: give a whole number"],
    [{ steps: 0 }, "steps: Cannot use steps 0: give a whole number from 1"],
    [{ tolerance: 0 }, "tolerance: Cannot use tolerance 0: give a number greater than 0"],
    [{ tolerance: Number.NaN }, "tolerance: Cannot use tolerance NaN: give a number"],
    [{ tolerance: null }, "tolerance: Cannot use tolerance null: give a number"],
    [{ heads: 1 }, "heads: Cannot use heads 1: give true or false"],
    [{ layers: 3 }, "layers: Cannot use layers 3: give block numbers"],
    [{ layers: [0, "1"] }, 'layers: Cannot use layers [0, "1"]: give block numbers'],
    [{ layers: [] }, "layers: Cannot use an empty list as layers: give block numbers"],
    [{ fusion: "transprot" }, 'fusion: Cannot use fusion "transprot": did you mean "transport"? Otherwise use one of'],
    [{ baseline: ["mask", "padd"] }, 'baseline: Cannot use baseline "padd": did you mean "pad"?'],
    [{ seed: -1 }, "seed: Cannot use seed -1: give a whole number of at least 0"],
    [{ target: true }, "target: Cannot use target true: give a label, or an index"],
    [{ memory: 0 }, "memory: Cannot use memory 0: give a size"],
    [{ score: {} }, "score: Cannot use score {}: use one of"],
    [{ method: "occlusoin" }, 'method: Unknown method "occlusoin": use one of'],
    [{ signal: {} }, "signal: Cannot use the signal: give the signal of an AbortController"],
    [{ onProgress: "yes" }, "onProgress: Cannot use onProgress: give a function"],
    [
      { lambda: 0.3 },
      'lambda: Cannot use lambda 0.3 with fusion "transport": it has no effect there; leave it out, or give fusion "additive"',
    ],
    [{ timeBudget: 1, steps: 9 }, "timeBudget: Cannot use timeBudget 1 with steps 9: it has no effect there"],
    [
      { method: "saliency", fusion: "gate" },
      'fusion: Cannot use fusion with method "saliency": it has no effect there; leave it out, or use one of the methods "ca-lig", "shuffled"',
    ],
    [{ method: "random", heads: false }, 'heads: Cannot use heads with method "random"'],
  ])("%j", (options, message) => {
    expect(refusal(options)).toContain(message);
  });

  test.each(["ca-lig", null, 3, [{ seed: 1 }]])("%j is no record of options", (options) => {
    expect(() => resolveRun(TEXT, options as never)).toThrow(InvalidOptionError);
  });

  test("every option refuses values of another type, by name", () => {
    for (const name of Object.keys({ ...GENERAL_OPTIONS, ...METHOD_OPTIONS })) {
      for (const wrong of [null, Symbol("wrong"), () => 1, Number.NaN, -1, 1n, [1n], []]) {
        expect(refusal({ [name]: wrong }), name).toMatch(new RegExp(`^${name}: Cannot use .*\\b${name}\\b`));
      }
    }
  });
});

describe("resolveRun()", () => {
  test("gives every option a value, defaults of the kind of input included", () => {
    expect(resolveRun(TEXT, {}).options).toEqual({
      score: "logit",
      longText: "windows",
      seed: 0,
      quadrature: "lean-spline",
      steps: "auto",
      effort: "standard",
      tolerance: 0.01,
      subsets: 0,
      paths: 2,
      ends: false,
      fusion: "transport",
      lambda: 0.5,
      layerWeights: "uniform",
    });
    expect(resolveRun(model("image"), { steps: 5 }).options).toMatchObject({
      layerWeights: "balanced",
      quadrature: "gauss-legendre",
    });
    expect(Object.keys(resolveRun(TEXT, { method: "saliency" }).options)).toEqual(["score", "longText", "seed"]);
  });

  test("an effort stands for tolerance, subsets, paths and ends, and those that are given hold", () => {
    expect(resolveRun(TEXT, { effort: "best" }).options).toMatchObject({ tolerance: 0.01, ends: true });
    expect(resolveRun(TEXT, { effort: "best", paths: 1 }).options).toMatchObject({ paths: 1, ends: true });
    expect(resolveRun(TEXT, { effort: "instant" }).options).toMatchObject({ tolerance: 0.2, paths: 0, ends: false });
    expect(resolveRun(model("image"), { effort: "best" }).options).toMatchObject({ subsets: 128, paths: 0 });
    expect(resolveRun(model("image"), { effort: "best", paths: 4 }).options).toMatchObject({ paths: 4, ends: false });
    expect(resolveRun(model("image"), { effort: "best", baseline: "zero" }).options).toMatchObject({ paths: 0 });
    expect(resolveRun(TEXT, { effort: "best", baseline: "zero" }).options).toMatchObject({ paths: 0, ends: false });
    expect(resolveRun(TEXT, { method: "integrated-gradients" }).options).toMatchObject({
      tolerance: 0.01,
      quadrature: "spline",
    });
  });

  test("the default refines maps, and not where there is nothing to refine", () => {
    const unrefined = { subsets: 0, paths: 0, ends: false };
    for (const given of [
      { baseline: "zero" },

      { fusion: "gate" },
      { layers: [1] },
      { effort: "blocks" },
    ] as const) {
      expect(resolveRun(TEXT, given).options).toMatchObject(unrefined);
    }
    expect(resolveRun(model("text", TUNED), {}).options).toMatchObject(unrefined);
    expect(resolveRun(model("image"), {}).options).toMatchObject({ subsets: 64, paths: 0, ends: false });
    expect(resolveRun(TEXT, { layers: [1], effort: "standard" }).options).toMatchObject({ paths: 2 });
    expect(resolveRun(TEXT, { effort: "blocks" }).options).toMatchObject({ quadrature: "spline", tolerance: 0.01 });
  });

  test("takes what a model was tuned to, all of it or nothing, and says so", () => {
    const run = resolveRun(model("text", TUNED), {});
    expect(run.options).toMatchObject({ fusion: "additive", lambda: 0.25, layerWeights: "last" });
    expect(reportedOptions(run, {})).toMatchObject({ lambda: 0.25, tuned: CHOSEN_BY });
    const own = resolveRun(model("text", TUNED), { layerWeights: "decay" });
    expect(own.options).toMatchObject({ fusion: "transport", layerWeights: "decay" });
    expect(reportedOptions(own, {})).not.toHaveProperty("tuned");
    expect(reportedOptions(resolveRun(model("text", TUNED), { method: "saliency" }), {})).toEqual({
      score: "logit",
      seed: 0,
    });
  });

  test("options that had no effect are not reported", () => {
    const reported = (options: ExplainOptions) => Object.keys(reportedOptions(resolveRun(TEXT, options), {}));
    expect(reported({})).not.toContain("lambda");
    expect(reported({ fusion: "additive" })).toContain("lambda");
    expect(reported({ memory: 1e6 })).not.toContain("memory");
    expect(reported({ heads: true })).toContain("heads");
  });
});

test("one record of options serves several methods; what none of them takes is refused", () => {
  const methods = METHODS.filter(({ name }) => ["ca-lig", "occlusion", "saliency"].includes(name));
  expect(optionsFor(methods, { steps: 4, baseline: "pad", seed: 3 })).toEqual([
    { steps: 4, baseline: "pad", seed: 3 },
    { seed: 3 },
    { baseline: "pad", seed: 3 },
  ]);
  expect(() => optionsFor(methods.slice(1), { steps: 4 })).toThrow(
    'Cannot use steps with the methods "saliency", "occlusion": it has no effect there',
  );
  expect(optionsTakenBy("saliency", { layers: [1], heads: true })).toEqual({ layers: [1] });
});

test("where options were given is in the message", () => {
  const naming = (name: string) => `--${name}`;
  expect(() => checkRun({ lambda: 0.3 }, naming)).toThrow('Cannot use --lambda 0.3 with --fusion "transport"');
  expect(() => checkRun({ method: "random", steps: 3 }, naming)).toThrow('Cannot use --steps with method "random"');
});

describe("optionsKey()", () => {
  const key = (options: ExplainOptions) => {
    const { table, options: values } = resolveRun(TEXT, options);
    return optionsKey(table, values);
  };

  test("tells apart every option that changes results, and nothing else", () => {
    const other: ExplainOptions = {
      target: 1,
      against: 0,
      token: 4,
      entity: 1,
      score: "margin",
      longText: "truncate",
      seed: 1,
      noise: 2,
      baseline: "pad",
      quadrature: "stochastic",
      steps: 7,
      tolerance: 0.5,
      timeBudget: 2,
      layers: [1],
      heads: true,
      effort: "best",
      subsets: 3,
      paths: 5,
      ends: true,
      fusion: "gate",
      layerWeights: [1, 2],
    };
    const keys = Object.entries(other).map(([name, value]) => key({ [name]: value }));
    keys.push(key({}), key({ fusion: "additive" }), key({ fusion: "additive", lambda: 0.1 }));
    keys.push(key({ method: "owen" }), key({ method: "owen", evaluations: 50 }));
    expect(new Set(keys).size).toBe(keys.length);
    const covered = [...Object.keys(other), "lambda", "evaluations", "memory", "counterfactuals"].sort();
    expect(covered).toEqual(Object.keys({ ...GENERAL_OPTIONS, ...METHOD_OPTIONS }).sort());
    expect(key({ memory: 1e6 })).toBe(key({}));
    expect(key({ counterfactuals: true })).toBe(key({}));
  });

  test("is the same for defaults that are given and left out", () => {
    expect(key({ steps: "auto", quadrature: "lean-spline", fusion: "transport", layerWeights: "uniform" })).toBe(
      key({}),
    );
  });
});
