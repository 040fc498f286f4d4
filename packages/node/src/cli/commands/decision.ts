/** @file `calig decision`: the evidence sheet of one decision, and the check of one. */

import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import { InternalError, UsageError } from "@calig/core/internal/errors";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { wordsOf } from "@calig/core/internal/reading/languages";
import { decisionMarkdown } from "@calig/core/internal/report/decision/markdown";
import { reportJson } from "@calig/core/internal/report/writers";
import { BASELINE_OPTIONS, givenBaseline } from "../baseline-options.ts";
import { defineCommand, EXIT, type Invocation } from "../command.ts";
import { checkDecision, readContext, sheetFile, writeContextForm } from "../decision-files.ts";
import { checkFiles, chooseInputs, type ExplainInputs, modelFor } from "../explain-inputs.ts";
import { given } from "../given.ts";
import { LOADING_OPTIONS, loadingOptions, MODEL_OPTIONS } from "../loading.ts";
import { givenScore, methodNamed } from "../method-options.ts";
import { type OptionKey, optionName } from "../options.ts";
import { reportWriter } from "../report-writers.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

const EXPLAINING = ["target", "token", "entity", "longText", "seed", "noise", "memory"] as const;

const OPTIONS = [
  "text",
  "pair",
  "context",
  "evaluation",
  ...MODEL_OPTIONS,
  "task",
  "acceptDifference",
  "target",
  "token",
  "entity",
  "score",
  "method",
  ...BASELINE_OPTIONS,
  "longText",
  "seed",
  "noise",
  "memory",
  "language",
  "out",
  "json",
  "contextTemplate",
  "check",
  "threads",
  "device",
  "stream",
] as const satisfies readonly OptionKey[];

type Options = Invocation<(typeof OPTIONS)[number]>["options"];

export const decision = defineCommand({
  name: "decision",
  summary: "write the evidence sheet of one decision: what it rests on, tested on the model, and how to check it",
  description:
    "Explains what a model decides of one text or picture and tests it on the model: at most five elements for and five against, each with the measured effect of its removal; the smallest change of at most five elements that changes the decision; how far that is to be relied on; what cannot be concluded; and an audit trail with a command that gives the same digits, and checksums that --check computes again. --context adds what no model knows: the system, its role, the data, where to contest. The sheet supports an answer to what the AI Act (Articles 13, 86) and the GDPR (Articles 15, 22) ask; it does not establish compliance.",
  argument: { name: "TEXT", description: "text that is decided on, in quotes; - reads it from standard input" },
  options: OPTIONS,
  methodOptions: { but: [] },
  fileOptions: ["input", "reading", "baseline"],
  examples: [
    {
      purpose: "A sheet to print, with what is stated in a file",
      command: 'calig decision "A gripping film that forgets to end" --context deployer.json --out sheet.html',
    },
    { purpose: "An empty form for what is to be stated", command: "calig decision --context-template deployer.json" },
    {
      purpose: "Of a picture, in German, with what was measured of the method",
      command: "calig decision --image photo.png --language de --evaluation pictures.json --out sheet.html",
    },
    { purpose: "Whether a sheet is as it was written", command: "calig decision --check sheet.html" },
  ],
  async run({ words, options, methodOptions: ofMethods, fileOptions, terminal, extensions }) {
    const { signal } = terminal.io;
    const { out, check, contextTemplate, evaluation } = options;
    if (check !== undefined || contextTemplate !== undefined) {
      refuseBeside(options, words, fileOptions);
      if (check !== undefined) return checkDecision(check, options.json === true, terminal);
      await writeContextForm(contextTemplate as string, terminal);
      return EXIT.done;
    }
    const chosen = await chooseInputs(
      { words, fileOptions, ...given(options, ["text", "pair"]) },
      terminal,
      extensions,
    );
    const writer = reportWriter("decision", { out });
    if (out !== undefined) await checkWritable(out);
    const language = options.language === undefined ? {} : { language: wordsOf(options.language, extensions.language) };
    const context = options.context === undefined ? undefined : await readContext(options.context);
    const { readEvaluation } = await import("../../node/read-evaluation.ts");
    const measured = evaluation === undefined ? {} : { evaluation: await readEvaluation(evaluation) };
    const { baseline: _words, ...own } = ofMethods;
    const explaining = {
      ...given(options, EXPLAINING),
      ...own,
      ...givenScore(options, extensions),
      ...(await givenBaseline(options, fileOptions, extensions)),
      ...(options.method === undefined ? {} : { method: methodNamed(options.method, extensions) }),
    };
    const read = await readOne(chosen, fileOptions);
    const source = options.model ?? modelFor(chosen);
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    const { decisionSheet } = await import("@calig/core/internal/report/decision/decision-sheet");
    const { systemFacts } = await import("../../node/system-facts.ts");
    await using model = await loadModel(source, { signal, ...(await loadingOptions(options, extensions, terminal)) });
    checkFiles(chosen, model);
    const picture = await pictureOf(model, read.input);
    const { node, onnxruntime, platform, cpu } = systemFacts();
    const sheet = await decisionSheet(model, read.input, {
      ...explaining,
      ...language,
      ...measured,
      ...(context === undefined ? {} : { context: context.context }),
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
      circumstances: {
        model: source,
        versions: { node, onnxruntime, platform, cpu },
        flags: loadingFlags(options),
        ...(context === undefined ? {} : { contextFile: context.file }),
        ...(evaluation === undefined ? {} : { evaluationFile: await sheetFile(evaluation) }),
        ...(read.file === undefined ? {} : { inputFile: await sheetFile(read.file) }),
        ...(picture === undefined ? {} : { picture }),
      },
    });
    if (out !== undefined && writer !== undefined) {
      await writeWhole(out, await writer.write(sheet, picture === undefined ? {} : { picture }));
      await terminal.note(`Wrote ${out}`);
    } else if (options.json !== true) {
      await terminal.print(decisionMarkdown(sheet));
    }
    if (options.json === true) await terminal.print(reportJson(sheet));
    for (const { message } of sheet.explanation.warnings) await terminal.warn(message);
    return EXIT.done;
  },
});

/** --check and --context-template do one thing. @throws {UsageError} */
function refuseBeside(options: Options, words: readonly string[], fileOptions: GivenOptions): void {
  const { check, contextTemplate, out } = options;
  const done = check === undefined ? "--context-template" : "--check";
  const beside = [
    ...(words.length > 0 ? ["TEXT"] : []),
    ...(check !== undefined && contextTemplate !== undefined ? ["--context-template"] : []),
    ...(out === undefined ? [] : ["--out"]),
    ...(["text", "context", "evaluation", "model"] as const)
      .filter((key) => options[key] !== undefined)
      .map((key) => optionName(key)),
    ...Object.keys(fileOptions).map(optionName),
  ];
  if (beside.length > 0) throw new UsageError(`Cannot use ${done} together with ${beside[0]}: give it alone`);
}

/** The input, and its file where it is one. */
async function readOne(
  chosen: ExplainInputs,
  reading: GivenOptions,
): Promise<{ readonly input: object; readonly file?: string }> {
  if (chosen.kind === "one") return { input: chosen.input };
  const [file] = chosen.kind === "files" ? chosen.files : [];
  if (chosen.kind !== "files" || file === undefined) throw new InternalError(`a decision on ${chosen.kind}`);
  const { readInputFile } = await import("../../node/input-files.ts");
  return { input: await readInputFile(chosen.modality, file, reading), file };
}

async function pictureOf({ modality }: ExplainableModel, input: object): Promise<string | undefined> {
  const shown = modality.file?.picture?.(input);
  if (shown === undefined) return undefined;
  const { pictureUri } = await import("../../node/picture-uri.ts");
  return pictureUri(shown);
}

/** How the model was loaded, for the command that repeats it. */
const loadingFlags = (options: Options): string[] =>
  LOADING_OPTIONS.flatMap((key) => {
    const value = options[key];
    if (value === undefined || value === false) return [];
    return value === true ? [optionName(key)] : [optionName(key), String(value)];
  });
