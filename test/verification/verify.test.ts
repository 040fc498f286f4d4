/** @file What verify says of right models, and which check names what is wrong with others: each fault is put in on purpose. */

import { readFileSync } from "node:fs";
import { RULES } from "@calig/core/internal/autodiff/registry";
import type { GradientRule, RuleEntry } from "@calig/core/internal/autodiff/rule";
import type { Tokenizer } from "@calig/core/internal/input/text/tokenizer";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import type { Graph, Node, StoredTensor } from "@calig/core/internal/onnx/model";
import type { ModelPrograms, SweepRequest, SweepResult } from "@calig/core/internal/program/model-programs";
import { Programs } from "@calig/core/internal/program/programs";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { intTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import { classifierAnatomy, classLogitsOf, streamOf } from "@calig/core/internal/transformer/anatomy";
import { InputError, type LoadedModel, loadModel, type Verification, verify } from "@calig/node";
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url));

const onnxFiles = (model: Uint8Array): Files => ({
  "model.onnx": model,
  "config.json": JSON.stringify({ model_type: "bert", max_position_embeddings: 20 }),
  "tokenizer.json": tinyTokenizer(),
});

/** The fixture with a changed graph, as a file. */
function changed(change: (graph: Graph) => Graph): Uint8Array {
  const { graph, opsets } = decodeModel(fixture("bert-legacy-14"));
  return encodeModel(createModel(change(graph), opsets));
}

const failed = ({ checks }: Verification): string[] =>
  checks.filter(({ status }) => status === "fail").map(({ name }) => name);

const openBert = async () => loadModel(await tempFolder(onnxFiles(fixture("bert-legacy-14"))));

describe("verify() of right models", () => {
  it.each([
    ["a checkpoint of texts", tinyBertFiles(), 9],
    ["a checkpoint of pictures", tinyVitFiles(), 7],
    ["an ONNX file", onnxFiles(fixture("bert-legacy-14")), 9],
    ["an ONNX file of half precision", onnxFiles(fixture("bert-fp16")), 9],
    ["a quantised ONNX file", onnxFiles(fixture("bert-int8")), 9],
  ])("passes %s", async (_, files, applied) => {
    await using model = await loadModel(await tempFolder(files));
    const verification = await verify(model);
    expect(failed(verification)).toEqual([]);
    expect(verification.passed).toBe(true);
    expect(verification.checks.filter(({ status }) => status === "pass")).toHaveLength(applied);
  });

  it("says of a checkpoint that there is nothing else to compare its logits with", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    const { checks } = await verify(model);
    expect(checks.find(({ name }) => name === "logits")?.sentence).toMatch(/no other implementation here/);
  });

  it("gives the same for the same seed, runs the caller's inputs, and tells how far it is", async () => {
    await using model = await openBert();
    const told: [number, string][] = [];
    const options = {
      inputs: ["no film", { text: "yes", pair: "the film" }],
      seed: 3,
      onProgress: (done: number, activity: string) => void told.push([done, activity]),
    };
    const [first, second] = [await verify(model, options), await verify(model, options)];
    expect(first.inputs).toMatchObject({ own: 2 });
    expect(first.checks.map(({ worst }) => worst)).toEqual(second.checks.map(({ worst }) => worst));
    expect(told.at(-1)).toEqual([1, "done"]);
    const shares = told.slice(0, told.length / 2).map(([done]) => done);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it("refuses inputs that the model does not read, and ends when it is told to", async () => {
    await using model = await openBert();
    await expect(verify(model, { inputs: [""] })).rejects.toThrow(InputError);
    await expect(verify(model, { checks: ["hope"] })).rejects.toThrow(/Unknown check "hope": use one of "finite"/);
    await expect(verify(model, { inputs: Array.from({ length: 201 }, () => "no") })).rejects.toThrow(/at most 200/);
    const stop = new AbortController();
    const verifying = verify(model, { signal: stop.signal, onProgress: (done) => done > 0.2 && stop.abort() });
    await expect(verifying).rejects.toThrow(/abort/i);
  });
});

describe("verify() with a wrong gradient rule", () => {
  type Mutable = { -readonly [K in keyof RuleEntry]: RuleEntry[K] };
  const restore: (() => void)[] = [];
  afterEach(() => {
    for (const undo of restore.splice(0)) undo();
  });

  /** Gradient `index` of an operator's rules becomes another. */
  function spoil(opType: string, index: number, how: "sign" | "size"): void {
    for (const entry of RULES as readonly Mutable[]) {
      if (entry.opType !== opType || entry.rule === "none") continue;
      const rule: GradientRule = entry.rule;
      entry.rule = (context) =>
        rule(context).map((gradient, i) => {
          if (i !== index || gradient === undefined) return gradient;
          const { builder } = context;
          return how === "sign" ? builder.neg(gradient) : builder.mul(gradient, builder.scalar(1.1));
        });
      restore.push(() => {
        entry.rule = rule;
      });
    }
  }

  it.each([
    ["Softmax", 0, "sign"],
    ["MatMul", 0, "sign"],
    ["MatMul", 1, "sign"],
    ["Add", 1, "sign"],
    ["Gelu", 0, "sign"],
    ["Transpose", 0, "sign"],
    ["LayerNormalization", 0, "size"],
    ["MatMul", 1, "size"],
  ] as const)("names gradients: %s, gradient %i, %s", async (opType, index, how) => {
    spoil(opType, index, how);
    await using model = await openBert();
    const verification = await verify(model, { checks: ["logits", "rows", "readout", "gradients"] });
    expect(failed(verification)).toEqual(["gradients"]);
    expect(verification.passed).toBe(false);
  });

  it("makes the command fail, and says what not to trust", async () => {
    spoil("Softmax", 0, "sign");
    const folder = await tempFolder(onnxFiles(fixture("bert-legacy-14")));
    const { code, stdout } = await runCli(["verify", "--model", folder]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^calig does not compute this model rightly: gradients/);
    expect(stdout).toMatch(/Do not trust block relevance/);
    expect(stdout).toMatch(/report it with the output of calig verify --json/);
  });
});

describe("verify() of a graph that is not that of the file", () => {
  /** A model read from a changed file beside the file as it was. */
  async function besides(
    change: (graph: Graph) => Graph,
  ): Promise<{ model: LoadedModel; dispose: () => Promise<void> }> {
    const right = await openBert();
    const wrong = await loadModel(await tempFolder(onnxFiles(changed(change))));
    const model = { ...wrong, ...(right.original === undefined ? {} : { original: right.original }) };
    return {
      model,
      async dispose() {
        await wrong.dispose();
        await right.dispose();
      },
    };
  }

  it("names logits where a weight is another", async () => {
    const { model, dispose } = await besides((graph) => {
      const index = graph.initializers.findIndex(
        ({ dtype, shape }) => dtype === "float32" && shape.length === 2 && shape[0] === shape[1],
      );
      const initializers = graph.initializers.map((tensor, i) => (i === index ? scaled(tensor, 1.01) : tensor));
      return { ...graph, initializers };
    });
    expect(failed(await verify(model))).toEqual(["logits", "masks"]);
    await dispose();
  });

  it("names logits where the readout is shifted by one", async () => {
    const { model, dispose } = await besides(readingNext);
    expect(failed(await verify(model))).toEqual(["logits", "masks"]);
    await dispose();
  });

  it("names readout where the anatomy names another position", async () => {
    await using right = await openBert();
    const anatomy = classifierAnatomy(streamOf(right.anatomy), { ...classLogitsOf(right.anatomy), readout: "last" });
    expect(failed(await verify({ ...right, anatomy }))).toContain("readout");
  });

  it("names readout where a model is said to look back alone", async () => {
    await using right = await openBert();
    const anatomy = classifierAnatomy({ ...streamOf(right.anatomy), causal: true }, classLogitsOf(right.anatomy));
    expect(failed(await verify({ ...right, anatomy }))).toContain("readout");
  });

  function scaled(tensor: StoredTensor, factor: number): StoredTensor {
    const { storage } = tensor;
    if (storage.kind !== "bytes") throw new Error("the weights of the fixture are in its file");
    const values = new Float32Array(storage.bytes.slice().buffer);
    return {
      ...tensor,
      storage: { kind: "bytes", bytes: new Uint8Array(values.map((value) => factor * value).buffer) },
    };
  }

  /** The head takes the second position instead of the first. */
  function readingNext(graph: Graph): Graph {
    const nodes = graph.nodes.map((node) => {
      const { axis } = node.attributes;
      if (node.opType !== "Gather" || axis?.kind !== "int" || axis.value !== 1) return node;
      return { ...node, inputs: [node.inputs[0] as string, "second"] };
    });
    const second: StoredTensor = {
      name: "second",
      dtype: "int64",
      shape: [],
      storage: { kind: "bytes", bytes: new Uint8Array(BigInt64Array.of(1n).buffer) },
    };
    return { ...graph, nodes, initializers: [...graph.initializers, second] };
  }
});

describe("verify() of programs that go wrong", () => {
  /** The model with another sweep. */
  const withSweep = (model: LoadedModel, sweep: (request: SweepRequest) => Promise<SweepResult>): LoadedModel => ({
    ...model,
    programs: new Proxy(model.programs, {
      get: (programs, name) => {
        if (name === "sweep") return sweep;
        const value = programs[name as keyof ModelPrograms];
        return typeof value === "function" ? value.bind(programs) : value;
      },
    }),
  });

  it("names rows where those of a batch are mixed", async () => {
    await using right = await openBert();
    const { source } = right;
    const { graph, anatomy, opsets } = source.sweep;
    const entry = streamOf(anatomy).hiddenStates[1] as string;
    // H + 0.1 (H - mean of H over the batch): of one row alone it is H.
    const mixed: Graph = {
      ...graph,
      nodes: graph.nodes.flatMap((node) => {
        if (!node.outputs.includes(entry)) return [node];
        const make = (opType: string, inputs: string[], output: string, attributes: Node["attributes"] = {}): Node => ({
          name: output,
          opType,
          domain: "",
          inputs,
          outputs: [output],
          attributes,
        });
        return [
          { ...node, outputs: node.outputs.map((output) => (output === entry ? "own" : output)) },
          make("ReduceMean", ["own"], "shared", {
            axes: { kind: "ints", value: [0] },
            keepdims: { kind: "int", value: 1 },
          }),
          make("Sub", ["own", "shared"], "apart"),
          make("Mul", ["apart", "tenth"], "part"),
          make("Add", ["own", "part"], entry),
        ];
      }),
      initializers: [
        ...graph.initializers,
        {
          name: "tenth",
          dtype: "float32",
          shape: [],
          storage: { kind: "bytes", bytes: new Uint8Array(Float32Array.of(0.1).buffer) },
        },
      ],
    };
    const sweep = { graph: mixed, anatomy, opsets };
    const programs = new Programs({ ...source, sweep });
    const verification = await verify({ ...right, source: { ...source, sweep }, programs });
    expect(failed(verification)).toContain("rows");
    await programs.dispose();
  });

  it("names masks where only the first row of the sweep keeps to them", async () => {
    await using right = await openBert();
    const mask = streamOf(right.anatomy).inputs.mask as string;
    const sweep = async (request: SweepRequest): Promise<SweepResult> => {
      const [own, ...others] = request.points;
      const given = request.feeds[mask];
      const open =
        given === undefined
          ? request.feeds
          : {
              ...request.feeds,
              [mask]: intTensor(new Array(given.data.length).fill(1), given.shape),
            };
      const first = await right.programs.sweep({ ...request, points: own === undefined ? [] : [own] });
      if (others.length === 0) return first;
      // The others in one run, with the first again so that they stand where they stood.
      const rest = await right.programs.sweep({ ...request, feeds: open });
      return {
        ...rest,
        scores: rest.scores.map((score, i) => (i === 0 ? (first.scores[0] as number) : score)),
      };
    };
    expect(failed(await verify(withSweep(right, sweep)))).toEqual(["masks"]);
  });

  it("names gradients and completeness where relevance is too large", async () => {
    await using right = await openBert();
    const sweep = async (request: SweepRequest): Promise<SweepResult> => {
      const result = await right.programs.sweep(request);
      return { ...result, relevance: result.relevance.map((row) => row.map((value) => 1.1 * value)) };
    };
    const checks = ["rows", "gradients", "determinism"];
    expect(failed(await verify(withSweep(right, sweep), { checks }))).toEqual(["rows", "gradients"]);
    expect(failed(await verify(withSweep(right, sweep), { checks: ["completeness"] }))).toEqual(["completeness"]);
  });

  it("names determinism where numbers change from run to run, and finite where they are none", async () => {
    await using right = await openBert();
    let runs = 0;
    const shaky = async (request: SweepRequest): Promise<SweepResult> => {
      const result = await right.programs.sweep(request);
      runs++;
      return { ...result, relevance: result.relevance.map((row) => row.map((value) => value * (1 + 1e-7 * runs))) };
    };
    expect(failed(await verify(withSweep(right, shaky)))).toEqual(["determinism"]);
    const broken = async (request: SweepRequest): Promise<SweepResult> => {
      const result = await right.programs.sweep(request);
      return { ...result, relevance: result.relevance.map((row) => row.map(() => Number.NaN)) };
    };
    expect(failed(await verify(withSweep(right, broken)))).toContain("finite");
  });
});

describe("verify() of tokenizers", () => {
  /** Accents and letters are kept as they are. */
  const open = async () => {
    const settings = { tokenizer_class: "BertTokenizer", do_lower_case: false, strip_accents: false };
    const files = { ...onnxFiles(fixture("bert-legacy-14")), "tokenizer_config.json": JSON.stringify(settings) };
    return loadModel(await tempFolder(files));
  };
  const withTokenizer = (model: LoadedModel, change: (tokenizer: Tokenizer) => Partial<Tokenizer>): LoadedModel => {
    const tokenizer = model.tokenizer as Tokenizer;
    return { ...model, tokenizer: { ...tokenizer, ...change(tokenizer) } };
  };

  it("names tokens where one drops accents, and where one puts tokens at other places", async () => {
    await using right = await open();
    expect(failed(await verify(right))).toEqual([]);
    const bare = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "");
    const dropping = withTokenizer(right, ({ encode, encodeWhole }) => ({
      encode: (text, pair) => encode(bare(text), pair === undefined ? undefined : bare(pair)),
      encodeWhole: (text) => encodeWhole(bare(text)),
    }));
    expect(failed(await verify(dropping))).toEqual(["tokens"]);
    const shifted = withTokenizer(right, ({ encodeWhole }) => ({
      async encodeWhole(text) {
        const encoded = await encodeWhole(text);
        return {
          ...encoded,
          features: encoded.features.map((token) => ({ ...token, start: token.start + 1, end: token.end + 1 })),
        };
      },
    }));
    expect(failed(await verify(shifted))).toEqual(["tokens"]);
  });
});

describe("verify() of language models", () => {
  it("passes a checkpoint, and a file that the engine does not run as it is, beside which nothing is compared", async () => {
    await using model = await loadModel("test/fixtures/decoders/llama");
    const { checks, passed } = await verify(model, { checks: ["logits", "answers"] });
    expect([passed, ...checks.map(({ status }) => status)]).toEqual([true, "pass", "pass"]);
    await using file = await loadModel("test/fixtures/decoders/genai-llama-int4");
    const beside = await verify(file, { checks: ["logits", "answers"] });
    expect(beside.checks.map(({ status }) => status)).toEqual(["not-applicable", "pass"]);
    expect(beside.checks[0]?.sentence).toMatch(
      /nothing to compare with: the engine does not run the file .*GroupQuery/,
    );
  });

  it("names answers where one of them sees another one", async () => {
    await using right = await loadModel("test/fixtures/decoders/past-llama");
    const { programs } = right;
    const { branches = "" } = streamOf(right.anatomy).inputs;
    const withoutBranches = (feeds: Feeds): Feeds => {
      const { shape, data } = feeds[branches] as Tensor;
      return {
        ...feeds,
        [branches]: intTensor(
          Array.from(data as ArrayLike<unknown>, () => 0),
          shape,
        ),
      };
    };
    const leaking = new Proxy(programs, {
      get(target, name) {
        if (name === "logits") return (feeds: Feeds) => target.logits(withoutBranches(feeds));
        const own: unknown = Reflect.get(target, name);
        return typeof own === "function" ? own.bind(target) : own;
      },
    });
    expect(failed(await verify({ ...right, programs: leaking }, { checks: ["answers"] }))).toEqual(["answers"]);
  });
});

describe("calig verify", () => {
  it("prints a verdict and a line for each check, JSON, Markdown and a page", async () => {
    const folder = await tempFolder({ ...onnxFiles(fixture("bert-legacy-14")), "rows.csv": "text\nno film\nyes\n" });
    const plain = await runCli(["verify", "--model", folder, "--input", `${folder}/rows.csv`]);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/^calig computes this model rightly: 9 of 9 checks pass \(1 does not apply\)\n/);
    const json = await runCli(["verify", "--model", folder, "--json", "--seed", "4"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, passed: true, seed: 4 });
    const page = await runCli(["verify", "--model", folder, "--out", `${folder}/result.html`]);
    expect([page.code, page.stdout]).toEqual([0, ""]);
    expect(readFileSync(`${folder}/result.html`, "utf8")).toMatch(/<h1>calig computes this model rightly/);
    const markdown = await runCli(["verify", "--model", folder, "--format", "markdown"]);
    expect(markdown.stdout).toMatch(/^# calig computes this model rightly/);
  });

  it("names the line of an input that cannot be read", async () => {
    const folder = await tempFolder({ ...onnxFiles(fixture("bert-legacy-14")), "rows.jsonl": '{"text": ""}\n' });
    const { code, stderr } = await runCli(["verify", "--model", folder, "--input", `${folder}/rows.jsonl`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Cannot verify with line 1 of/);
  });
});
