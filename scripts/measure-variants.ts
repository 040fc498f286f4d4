/**
 * @file Writes docs/onnx-variants.md: the exports of every family, fused and quantised by onnxruntime's tools, as calig
 * reads them.
 *
 *     npm run docs:variants -- --python PYTHON      (packages of tools/requirements.txt)
 */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { canonicalise } from "@calig/core/internal/canonical/canonicalise";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { Programs } from "@calig/core/internal/program/programs";
import { floatTensor, intTensor, zeros } from "@calig/core/internal/tensor/tensor";
import { logitsOf, streamOf } from "@calig/core/internal/transformer/anatomy";
import { freeBlocks } from "@calig/core/internal/transformer/locate/free-blocks";
import { locateAnatomy } from "@calig/core/internal/transformer/locate/locate-anatomy";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { onnxExports, readExport } from "../test/support/onnx-exports.ts";

interface Answer {
  readonly failure?: string;
  readonly feeds: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
  readonly original: readonly number[];
  readonly own: readonly number[];
  readonly operators: readonly string[];
}

const { values } = parseArgs({ options: { python: { type: "string", default: "python3" } } });
const folder = await mkdtemp(join(tmpdir(), "calig-variants-"));
const rows: string[] = [];
try {
  const names = new Map<string, string>();
  for (const exported of onnxExports()) {
    const stem = exported.file.replace(".onnx.gz", "");
    names.set(stem, exported.name);
    await writeFile(join(folder, `${stem}.onnx`), encodeModel(readExport(exported)));
  }
  const script = new URL("../tools/make_export_variants.py", import.meta.url).pathname;
  await promisify(execFile)(values.python, [script, folder], { maxBuffer: 2 ** 26 });
  const answers = JSON.parse(await readFile(join(folder, "answers.json"), "utf8")) as Record<string, Answer>;
  for (const [variant, answer] of Object.entries(answers)) {
    const [stem = "", kind = ""] = variant.split(".");
    const facts =
      answer.failure === undefined ? await measure(variant, answer) : `- | - | - | not made: ${answer.failure}`;
    rows.push(`| ${names.get(stem)} | ${kind} | ${facts} |`);
    console.log(rows.at(-1));
  }
} finally {
  await rm(folder, { recursive: true });
}
await writeFile(
  new URL("../docs/onnx-variants.md", import.meta.url),
  `# Fused and quantised exports

This page is written by \`npm run docs:variants\`, which measures every number on it; do not edit it.

The exports of [parity.md](parity.md), each fused by the optimizer of onnxruntime's transformers tools and quantised by its \`quantize_dynamic\` (int8), as calig reads them: written out to primitives, in float32, its parts found by structure. Differences are the largest of the logits, divided by the largest logit. "To the file": from what onnxruntime answers with the variant itself; quantised arithmetic rounds activations too, which calig does not. "To the original": from the export that the variant was made of, which for int8 is what quantising the weights costs. Every variant was swept, forward and backward through all its blocks, so that all its operators have gradient rules, and the score at the end of the path met the logit within 1e-4.

On the user's own input the same is measured each time: the file is run untouched beside the graph that is explained (one forward pass). Where float32 arithmetic moves a logit by more than 5 % of the largest, or another class wins, the explanation is refused, unless \`--accept-difference\` (\`acceptDifference\` of \`loadModel\`) is given; explanations then say so above the map. \`calig inspect\` tells the same of a few built inputs. Files that the engine cannot run as they are (bfloat16 on the processor), and those that are run block by block, are explained with a warning that nothing was measured.

Processors with AVX2 or AVX-512 but without VNNI multiply unsigned by signed bytes with 16-bit sums that saturate: the same file gives other logits there than elsewhere. The engine is asked once whether it does (a product of the largest bytes); all comparisons above take its exact kernels (\`session.x64quantprecision\`), and where the file's logits are other ones without them, explanations say by how much.

| model | variant | to the file | to the original | blocks | special operators in the file |
|---|---|---|---|---|---|
${rows.join("\n")}
`,
);

/** The row of a variant. @throws {Error} When the score at the end of the path is not the logit. */
async function measure(variant: string, { feeds, original, own, operators }: Answer): Promise<string> {
  const { graph, opsets } = canonicalise(decodeModel(new Uint8Array(await readFile(join(folder, `${variant}.onnx`)))));
  const transformer = freeBlocks({ graph, opsets, anatomy: locateAnatomy(graph, opsets) });
  const position = logitsOf(transformer.anatomy).per === "token" ? 2 : undefined;
  const tokens = position === undefined ? 1 : (Object.values(feeds)[0]?.shape[1] ?? 1);
  const classes = original.length / tokens;
  const programs = new Programs({
    forward: transformer,
    sweep: transformer,
    classes,
    runtime: createNodeRuntime(),
    session: {},
  });
  try {
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, { shape, data }]) => [
        name,
        streamOf(transformer.anatomy).kind === "image" ? floatTensor(data, shape) : intTensor(data, shape),
      ]),
    );
    const { logits, hiddenStates } = await programs.forward(tensors);
    const { scores } = await programs.sweep({
      hiddenStates,
      baselines: hiddenStates.map(({ shape }) => zeros(shape)),
      feeds: tensors,
      score: { kind: "logit", activation: "softmax", target: 1, ...(position === undefined ? {} : { position }) },
      points: hiddenStates.flatMap((_, block) => [0.3, 1].map((alpha) => ({ block, alpha, weight: 0.5, group: 0 }))),
    });
    const end = logits.data[(position ?? 0) * classes + 1] as number;
    for (let block = 0; block < hiddenStates.length; block++) {
      const off = Math.abs((scores[2 * block + 1] as number) - end);
      if (!(off < 1e-4)) throw new Error(`${variant}: block ${block} ends ${off} from the logit`);
    }
    const largest = Math.max(...original.map(Math.abs));
    const distance = (other: readonly number[]) =>
      (Math.max(...other.map((value, i) => Math.abs(value - (logits.data[i] as number)))) / largest).toExponential(1);
    return `${distance(own)} | ${distance(original)} | ${hiddenStates.length} | ${operators.join(", ")}`;
  } finally {
    await programs.dispose();
  }
}
