/** @file Checks of an installation that use it: each does one thing for real and says what came out. */

import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { DEFAULT_TEXT_MODEL } from "../node/builtin-models.ts";
import type { LoadedModel } from "../node/load-model.ts";
import { requirePackage } from "../util/own-place.ts";

/** What one check found. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, or why it failed. */
  readonly detail: string;
  /** What to do about a failure. */
  readonly remedy?: string;
  readonly milliseconds: number;
}

interface Check {
  readonly name: string;
  readonly remedy: string;
  /** Returns what was found; throws what failed. */
  run(): Promise<string>;
}

const SENTENCE = "A moving and beautifully acted film.";
/** The built-in model finds the sentence positive; with "auto" the error of its explanation stays below its tolerance. */
const EXPECTED_LABEL = "positive";
const MOST_ERROR = 0.05;

/**
 * Runs all checks, one after the other; later ones are not tried on what an earlier one found missing.
 *
 * Modules with native parts are imported here and not above: that they load is a part of what is checked.
 */
export async function runSelfChecks(
  signal: AbortSignal,
  onCheck: (name: string, done: number) => void,
): Promise<CheckResult[]> {
  let model: LoadedModel | undefined;
  const checks: Check[] = [
    { name: "Node.js", remedy: "Install the version of Node.js that is asked for", run: async () => nodeVersion() },
    {
      name: "engine",
      remedy:
        "Install calig again with npm; onnxruntime-node needs Linux with glibc, macOS or Windows, on x64 or arm64",
      run: runProgram,
    },
    {
      name: "model",
      remedy: "Install calig again: files of the built-in model are missing or damaged",
      async run() {
        const { loadModel } = await import("../node/load-model.ts");
        model = await loadModel(DEFAULT_TEXT_MODEL, { signal });
        const { facts } = model;
        return `${facts.id} loaded: ${facts.family}, ${facts.blocks} blocks, sha256 ${facts.sha256.slice(0, 12)}`;
      },
    },
    {
      name: "explanation",
      remedy: "Report this together with the output of calig doctor --json",
      async run() {
        if (model === undefined) throw new Error("not tried: the model did not load");
        return explainSentence(model, signal);
      },
    },
  ];
  const results: CheckResult[] = [];
  try {
    for (const [i, check] of checks.entries()) {
      signal.throwIfAborted();
      onCheck(check.name, i / checks.length);
      results.push(await timed(check));
    }
  } finally {
    await model?.dispose();
  }
  return results;
}

async function timed({ name, remedy, run }: Check): Promise<CheckResult> {
  const started = performance.now();
  try {
    const detail = await run();
    return { name, ok: true, detail, milliseconds: performance.now() - started };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, ok: false, detail, remedy, milliseconds: performance.now() - started };
  }
}

function nodeVersion(): string {
  const { engines } = requirePackage<{ readonly engines: { readonly node: string } }>("@calig/node/package.json");
  const least = Number(/\d+/.exec(engines.node)?.[0]);
  const own = process.versions.node;
  if (Number.parseInt(own, 10) < least) throw new Error(`version ${own} is too old: calig needs ${engines.node}`);
  return `version ${own}`;
}

/** Compiles and runs a product of two matrices whose result is known. */
async function runProgram(): Promise<string> {
  const { createNodeRuntime } = await import("../runtime/onnxruntime-node.ts");
  const builder = new GraphBuilder({ name: "self-check" });
  const a = builder.input("a", "float32", [2, 2]);
  const b = builder.constant(floatTensor([0, 1, 1, 0], [2, 2]));
  builder.output(builder.emit("MatMul", [a, b]), "product");
  const runtime = createNodeRuntime();
  const session = await runtime.compile(encodeModel(createModel(builder.build(), builder.opsets)), {
    name: "self-check",
  });
  try {
    const { product } = await session.run({ a: floatTensor([1, 2, 3, 4], [2, 2]) });
    const found = Array.from(product?.data as Float32Array);
    if (found.join() !== "2,1,4,3")
      throw new Error(`the product of two matrices is [${found.join(", ")}], not [2, 1, 4, 3]`);
    return `${runtime.description} compiled and ran a program`;
  } finally {
    await session.dispose();
  }
}

async function explainSentence(model: LoadedModel, signal: AbortSignal): Promise<string> {
  const { explain } = await import("@calig/core/internal/attribution/explain");
  const { target, completeness, cost } = await explain(model, SENTENCE, { signal });
  if (target.label !== EXPECTED_LABEL) {
    throw new Error(`"${SENTENCE}" was found ${target.label}, not ${EXPECTED_LABEL}: the engine computes wrongly`);
  }
  const relativeError = completeness?.relativeError ?? Number.NaN;
  if (!(relativeError <= MOST_ERROR)) {
    throw new Error(
      `attributions of "${SENTENCE}" miss the score difference by ${(100 * relativeError).toFixed(1)} %: the engine computes wrongly`,
    );
  }
  return `one sentence explained in ${Math.round(cost.milliseconds)} ms, completeness error ${(100 * relativeError).toFixed(2)} %`;
}
