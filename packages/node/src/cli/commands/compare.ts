/** @file `calig compare`: what several methods say of one text or picture, side by side. */

import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import { COMPARED_AT_A_GLANCE } from "@calig/core/internal/attribution/methods";
import { DEFAULTS } from "@calig/core/internal/attribution/options";
import { InternalError } from "@calig/core/internal/errors";
import { MEASURING_OPTIONS } from "@calig/core/internal/evaluation/options";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { comparisonWarnings } from "@calig/core/internal/report/comparison/facts";
import { reportJson } from "@calig/core/internal/report/writers";
import { backgroundTheme } from "../appearance.ts";
import { defineCommand, EXIT } from "../command.ts";
import { comparisonText } from "../comparison-text.ts";
import {
  asScore,
  checkFiles,
  chooseInputs,
  type ExplainInputs,
  modelFor,
  QUESTION_OPTIONS,
} from "../explain-inputs.ts";
import { given } from "../given.ts";
import { loadingOptions, MODEL_OPTIONS } from "../loading.ts";
import { COMPARED_OPTIONS, chooseMethods, givenScore, oneReplacement } from "../method-options.ts";
import { PROMPT_OPTIONS } from "../prompt-options.ts";
import { reportWriter } from "../report-writers.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

/** Options of measuring, as the library has them. */
const COMPARING_KEYS = Object.keys(MEASURING_OPTIONS) as (keyof typeof MEASURING_OPTIONS)[];

/** Those that are taken as they are. */
const MEASURING_KEYS = COMPARING_KEYS.filter((key) => key !== "replacement");

/** What prompts are given by; the tokens of answers are not compared. */
const COMPARED_PROMPT = PROMPT_OPTIONS.filter((key) => key !== "perToken");

export const compare = defineCommand({
  name: "compare",
  summary: "show what several methods say of one text or picture, side by side",
  description:
    "Explains one text or picture by several methods, for the same class: what each says of every word or patch, how the probability falls and rises with what it names, and how far the methods agree. Without --methods, one of each school: ca-lig, integrated-gradients, gradient-rollout and occlusion. Each method has a scale of its own, since methods have units of their own. One input proves little: calig evaluate measures methods on a data set.",
  argument: { name: "TEXT", description: "text to explain, in quotes; - reads it from standard input" },
  options: [
    "text",
    "pair",
    ...QUESTION_OPTIONS,
    ...COMPARED_PROMPT,
    ...MODEL_OPTIONS,
    "acceptDifference",
    "task",
    "methods",
    ...COMPARING_KEYS,
    ...COMPARED_OPTIONS,
    "out",
    "json",
    "overlay",
    "theme",
    "threads",
    "device",
    "stream",
  ],
  methodOptions: { but: [] },
  fileOptions: ["input", "reading", "baseline"],
  examples: [
    {
      purpose: "The usual four methods, and random controls",
      command: 'calig compare "A gripping film that forgets to end"',
    },
    {
      purpose: "Two methods, as a page to look at",
      command: 'calig compare "A gripping film" --methods ca-lig,integrated-gradients --out compared.html',
    },
    {
      purpose: "A prompt of a language model, part by part",
      command:
        'calig compare --model ./smollm2 --prompt-file rag.txt --parts documents.json --answer " Paris" --features part',
    },
    {
      purpose: "The similarity of two texts",
      command: 'calig compare --model ./all-MiniLM-L6-v2 "how do I reset my password" --with "Forgotten credentials"',
    },
    {
      purpose: "The maps of three methods on a picture, beside each other",
      command:
        "calig compare --image photo.jpg --model ./my-vit --methods ca-lig,grad-cam,attention-rollout --out maps.png",
    },
  ],
  async run({ words, options: asked, methodOptions, fileOptions, terminal, extensions }) {
    const options = asScore(asked, extensions);
    const { signal, env } = terminal.io;
    const chosen = await chooseInputs(
      { words, fileOptions, ...given(options, ["text", "pair", ...QUESTION_OPTIONS, ...COMPARED_PROMPT]) },
      terminal,
      extensions,
    );
    const isPicture = chosen.kind === "files" && chosen.modality.file.picture !== undefined;
    const { out } = options;
    const writer = reportWriter(isPicture ? "imageComparison" : "textComparison", { out });
    if (out !== undefined) await checkWritable(out);
    const namedMethods = await chooseMethods({ options, methodOptions, fileOptions }, extensions, COMPARED_AT_A_GLANCE);
    const read = await readFile(chosen, fileOptions);
    const source = options.model ?? modelFor(chosen);
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    const { compareMethods } = await import("@calig/core/internal/evaluation/method-comparison");
    await using model = await loadModel(source, { signal, ...(await loadingOptions(options, extensions, terminal)) });
    checkFiles(chosen, model);
    const typed = chosen.kind === "one" ? chosen.input : undefined;
    const input = read ?? typed;
    if (input === undefined) throw new InternalError(`a comparison of ${chosen.kind}`);
    const comparison = await compareMethods(model, input, {
      namedMethods,
      ...given(options, MEASURING_KEYS),
      ...givenScore(options, extensions),
      ...oneReplacement(options, extensions, "compare"),
      seed: options.seed ?? DEFAULTS.seed,
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
    });
    if (out !== undefined && writer !== undefined) {
      const look = { ...given(options, ["overlay", "theme"]), ...(await pictureOf(model, input)) };
      await writeWhole(out, await writer.write(comparison, look));
      await terminal.note(`Wrote ${out}`);
    } else if (options.json !== true) {
      await terminal.print(comparisonText(comparison, terminal, options.theme ?? backgroundTheme(env)));
    }
    if (options.json === true) await terminal.print(reportJson(comparison));
    for (const { message } of comparisonWarnings(comparison)) await terminal.warn(message);
    return EXIT.done;
  },
});

/** The input where it is a file; nothing where it was typed. */
async function readFile(chosen: ExplainInputs, reading: GivenOptions): Promise<object | undefined> {
  const [file] = chosen.kind === "files" ? chosen.files : [];
  if (chosen.kind !== "files" || file === undefined) return undefined;
  const { readInputFile } = await import("../../node/input-files.ts");
  return readInputFile(chosen.modality, file, reading);
}

async function pictureOf({ modality }: ExplainableModel, input: object): Promise<{ readonly picture?: string }> {
  const shown = modality.file?.picture?.(input);
  if (shown === undefined) return {};
  const { pictureUri } = await import("../../node/picture-uri.ts");
  return { picture: await pictureUri(shown) };
}
