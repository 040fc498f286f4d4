/** @file `calig explain`: which words support a prediction, which oppose it, and in which block. */

import { rm, stat } from "node:fs/promises";
import { basename, relative } from "node:path";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { checkRun } from "@calig/core/internal/attribution/resolve-run";
import { InvalidOptionError, isCaligError, UsageError } from "@calig/core/internal/errors";
import type { RgbImage } from "@calig/core/internal/input/image/rgb-image";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { wordsOf } from "@calig/core/internal/reading/languages";
import type { Words } from "@calig/core/internal/reading/words/words";
import { count } from "@calig/core/internal/render/format";
import type { Result } from "@calig/core/internal/render/renderer";
import { sourceName } from "@calig/core/internal/report/evidence/facts";
import { assertNever } from "@calig/core/internal/util/assert-never";
import { readInputFile } from "../../node/input-files.ts";
import type { LoadedModel } from "../../node/load-model.ts";
import { ROW_OPTIONS } from "../../node/read-rows.ts";
import { readable, sourceOf } from "../../runs/open-run-inputs.ts";
import { resolvedOptions } from "../../runs/resolved-options.ts";
import { backgroundTheme, colorDepth, DEFAULT_COLUMNS, hasUnicode } from "../appearance.ts";
import { BASELINE_OPTIONS, givenBaseline } from "../baseline-options.ts";
import { defineCommand, EXIT, type Invocation } from "../command.ts";
import { chooseDestination, type Destination } from "../destination.ts";
import {
  asScore,
  calledInputs,
  checkFiles,
  chooseInputs,
  type ExplainInputs,
  modelFor,
  QUESTION_OPTIONS,
} from "../explain-inputs.ts";
import { describeFailure } from "../failure.ts";
import { type Formats, formatsWith, type RenderSettings } from "../formats.ts";
import { given } from "../given.ts";
import { type KeptExplanations, openKeptExplanations } from "../kept-explanations.ts";
import { loadingOptions, MODEL_OPTIONS } from "../loading.ts";
import { givenScore, methodNamed } from "../method-options.ts";
import { optionName } from "../options.ts";
import { PROMPT_OPTIONS } from "../prompt-options.ts";
import { otherOptions } from "../resolved-options.ts";
import { createResults, type Results, type Source } from "../results.ts";
import { RUN_OPTIONS, runMeant } from "../run-options.ts";
import type { Terminal } from "../terminal.ts";
import { checkAllClasses, writeClasses } from "../write-classes.ts";

const TARGET_OPTIONS = ["target", "against", "token", "entity", "score", "method"] as const;
/** Options of explanations that every method takes. */
const GENERAL_KEYS = ["longText", "seed", "noise", "memory", "counterfactuals"] as const;

/** Formats for people, who are told what was tried; for programs it is a cost that they may not want. */
const FOR_PEOPLE: readonly string[] = ["terminal", "html"];
/** Changed inputs that are tried where nobody asked: together they take a fraction of what the explanation takes. */
const UNASKED_LIMIT = 64;

const OWN_OPTIONS = [
  "text",
  "textFile",
  "pair",
  ...QUESTION_OPTIONS,
  "input",
  ...PROMPT_OPTIONS,
  ...ROW_OPTIONS,
  ...MODEL_OPTIONS,
  "acceptDifference",
  "task",
  ...TARGET_OPTIONS,
  "allClasses",
  ...BASELINE_OPTIONS,
  ...GENERAL_KEYS,
  "format",
  "json",
  "out",
  "palette",
  "theme",
  "overlay",
  "blockMaps",
  "columns",
  ...RUN_OPTIONS,
  "fresh",
  "language",
  "verbose",
  "threads",
  "device",
  "stream",
] as const;

type Options = Invocation<(typeof OWN_OPTIONS)[number]>["options"];

export const explain = defineCommand({
  name: "explain",
  summary: "explain a prediction: which words support it, which oppose it, in which block",
  description:
    "Explains what a model predicts for a text or a picture: which words or patches support the prediction, which oppose it, and in which block of the network that evidence arises. Results go to standard output, everything else to standard error. Where many inputs are explained into one file, what is explained is kept in FILE.partial.jsonl until the result is written: the same command goes on where an interrupted one stopped.",
  argument: { name: "TEXT", description: "text to explain, in quotes; - reads it from standard input" },
  options: OWN_OPTIONS,
  methodOptions: { but: [] },
  fileOptions: ["input", "reading", "baseline"],
  examples: [
    {
      purpose: "Explain a sentence with the built-in model",
      command: 'calig explain "A gripping film that forgets to end"',
    },
    {
      purpose: "Ask why it could be the other class",
      command: 'calig explain "A gripping film that forgets to end" --target negative',
    },
    {
      purpose: "Every class side by side",
      command: 'calig explain "A gripping film that forgets to end" --all-classes --out classes.html',
    },
    { purpose: "Explain what a picture is taken for", command: "calig explain --image photo.jpg --out why.png" },
    { purpose: "Write a page to look at", command: 'calig explain "A gripping film" --out result.html' },
    {
      purpose: "Read the strongest word in a script",
      command: `calig explain "A gripping film" --format json | jq '.supporting[0]'`,
    },
    {
      purpose: "Explain every row of a file, one JSON line each",
      command: "calig explain --input reviews.csv --out results.jsonl",
    },
    {
      purpose:
        "Explain a data set of any size into a folder that databases and data frames read; the same command goes on",
      command: 'calig explain --input "data/*.parquet" --text-column review --out run/ --workers 2',
    },
    {
      purpose: "Pictures of every block and curves over the inputs in TensorBoard",
      command: "calig explain --input reviews.csv --format tensorboard --out runs/reviews",
    },
    {
      purpose: "Use your own model and plain Integrated Gradients",
      command: 'calig explain "A gripping film" --model ./my-model --method integrated-gradients --steps 50',
    },
    {
      purpose: "Ask a language model why it says what it says",
      command: 'calig explain --model ./smollm2 --prompt "The capital of France is" --answer " Paris"',
    },
    {
      purpose: "Ask why two texts are similar",
      command:
        'calig explain --model ./all-MiniLM-L6-v2 "how do I reset my password" --with "Forgotten credentials can be renewed here"',
    },
    {
      purpose: "Choose between labels that the model was never trained on",
      command: 'calig explain --model ./nli-deberta "The battery died twice" --labels "quality,price,delivery"',
    },
    {
      purpose: "Explain an answer that a text gives to a question",
      command: 'calig explain --model ./squad --question "Who won?" --text-file report.txt',
    },
    {
      purpose: "Explain the word in the place of a mask",
      command: 'calig explain --model ./bert "Paris is the [MASK] of France." --target capital',
    },
    {
      purpose: "Choose between labels for a picture, with a model such as CLIP",
      command: 'calig explain --model ./clip --image photo.jpg --labels "a cat,a dog" --out why.html',
    },
    {
      purpose: "Compare with a text of your own",
      command: 'calig explain "A gripping film" --baseline custom --baseline-text "A dull film"',
    },
  ],
  async run(asked) {
    const invocation = { ...asked, options: asScore(asked.options, asked.extensions) };
    const { words, options, fileOptions, terminal, extensions } = invocation;
    const format = formatsOf(options);
    const run = await runMeant({ ...options, ...(format === undefined ? {} : { format }) });
    if (run !== undefined) {
      const { explainRun } = await import("../explain-run.ts");
      return explainRun({ ...invocation, ...run, methodOptions: await methodOptionsOf(invocation) });
    }
    const inputs = await chooseInputs(
      {
        words,
        fileOptions,
        ...given(options, [
          "text",
          "textFile",
          "pair",
          ...QUESTION_OPTIONS,
          "input",
          ...PROMPT_OPTIONS,
          ...ROW_OPTIONS,
        ]),
      },
      terminal,
      extensions,
    );
    const several = inputs.kind === "rows" || (inputs.kind === "files" && inputs.folder !== undefined);
    if (options.allClasses === true) await checkAllClasses(options, several);
    const known = formatsWith(extensions.renderer);
    const destination = await chooseDestination({
      out: options.out,
      formats: formatsOf(options),
      known,
      input: options.input,
    });
    try {
      return await explainInto(destination, { invocation, inputs, several, known });
    } finally {
      if (destination.kind === "folder") await destination.leave?.();
    }
  },
});

/** What is explained, and how it is written. */
interface Work {
  readonly invocation: Invocation<(typeof OWN_OPTIONS)[number]>;
  readonly inputs: ExplainInputs;
  readonly several: boolean;
  readonly known: Formats;
}

async function explainInto(destination: Destination, { invocation, inputs, several, known }: Work): Promise<number> {
  const { options, fileOptions, terminal, extensions } = invocation;
  const { signal } = terminal.io;
  const results = createResults(
    destination,
    several,
    renderSettings(options, destination, known, terminal, extensions.language),
    terminal,
  );
  const methodOptions = await methodOptionsOf(invocation);

  const source = options.model ?? modelFor(inputs);
  terminal.progress.update(0, `loading ${source}`);
  const { loadModel } = await import("../../node/load-model.ts");
  await using model = await loadModel(source, { signal, ...(await loadingOptions(options, extensions, terminal)) });
  checkFiles(inputs, model);
  const [only] = entriesOf(inputs, fileOptions);
  if (options.allClasses === true && only !== undefined) {
    await writeClasses(model, await only.read(), methodOptions, options, terminal);
    return EXIT.done;
  }
  const unasked =
    !several && isForPeople(destination) && methodOptions.effort !== "instant" && (await canBeTried(model));
  const kept =
    several && destination.kind === "file"
      ? await openKept(destination.path, { model, methodOptions, invocation })
      : undefined;
  const job: Job = {
    model,
    kept,
    options: { ...(unasked ? { counterfactuals: { limit: UNASKED_LIMIT } } : {}), ...methodOptions },
    destination,
    known,
    results,
    terminal,
  };
  let isWhole = false;
  try {
    const entries = entriesOf(inputs, fileOptions);
    const failed = await explainAll(entries, job);
    await results.finish();
    await kept?.remove();
    isWhole = true;
    if (several && failed > 0) {
      await terminal.fail(`${failed} of ${count(entries.length, calledInputs(inputs))} could not be explained`);
    }
    return failed === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await results.discard();
    await kept?.close();
    if (!isWhole && kept !== undefined && kept.size > 0) {
      await terminal.note(`What was explained is in ${kept.path}: the same command goes on from there`);
    }
  }
}

/** What an interrupted command kept beside its output. */
async function openKept(
  out: string,
  {
    model,
    methodOptions,
    invocation,
  }: Pick<Work, "invocation"> & Pick<Job, "model"> & { readonly methodOptions: ExplainOptions },
): Promise<KeptExplanations | undefined> {
  const { options, fileOptions, terminal } = invocation;
  // Beside devices and pipes ("/dev/stdout") nothing is kept.
  if ((await stat(out).catch(() => undefined))?.isFile() === false) return undefined;
  const path = `${out}.partial.jsonl`;
  if (options.fresh === true) await rm(path, { force: true });
  const kept = await openKeptExplanations(path, [
    model.facts,
    resolvedOptions(model, methodOptions, otherOptions(options, fileOptions)),
  ]);
  if (kept.found > 0) await terminal.note(`Going on with ${count(kept.found, "explanation")} from ${path}`);
  return kept;
}

/** What is explained and how, checked before a model is loaded. @throws {InvalidOptionError} */
async function methodOptionsOf({
  options,
  methodOptions: ofMethods,
  fileOptions,
  extensions,
}: Pick<
  Invocation<(typeof OWN_OPTIONS)[number]>,
  "options" | "methodOptions" | "fileOptions" | "extensions"
>): Promise<ExplainOptions> {
  const { baseline: _words, ...own } = ofMethods;
  const methodOptions: ExplainOptions = {
    ...given(options, [...TARGET_OPTIONS, ...GENERAL_KEYS]),
    ...own,
    ...givenScore(options, extensions),
    ...(await givenBaseline(options, fileOptions, extensions)),
    ...(options.method === undefined ? {} : { method: methodNamed(options.method, extensions) }),
  };
  const baselines = extensions.modality.flatMap((modality) => modality.baselines.names);
  checkRun(methodOptions, optionName, extensions.method, baselines);
  return methodOptions;
}

/** --json is short for --format json. @throws {UsageError} When both are given and differ. */
function formatsOf({ format, json }: Options): Options["format"] {
  if (json === undefined) return format;
  if (format !== undefined && format.join() !== "json") {
    throw new UsageError(`Cannot use --json together with --format ${format.join()}: give one of them`);
  }
  return ["json"];
}

interface Entry {
  /** What to explain; reading it may fail. */
  readonly read: () => Promise<object>;
  /** Only where there are several. */
  readonly source?: Source;
}

function entriesOf(inputs: ExplainInputs, reading: GivenOptions): readonly Entry[] {
  switch (inputs.kind) {
    case "one":
      return [{ read: async () => inputs.input }];
    case "rows":
      return inputs.entries.map((entry) => ({
        read: async () => readable(entry),
        source: sourceOf(entry.file ?? inputs.file, inputs.counted, entry),
      }));
    case "files":
      return inputs.files.map((file) => ({
        read: async () => ({ ...(await readInputFile(inputs.modality, file, reading)), ...inputs.question }),
        ...(inputs.folder === undefined ? {} : { source: { file, id: relative(inputs.folder, file) } }),
      }));
    default:
      return assertNever(inputs);
  }
}

interface Job {
  readonly model: LoadedModel;
  readonly kept: KeptExplanations | undefined;
  readonly options: ExplainOptions;
  readonly destination: Destination;
  readonly known: Formats;
  readonly results: Results;
  readonly terminal: Terminal;
}

/** Explains entry after entry; those of a file that fail are reported and left out. Returns how many failed. */
async function explainAll(
  entries: readonly Entry[],
  { model, kept, options, destination, known, results, terminal }: Job,
): Promise<number> {
  const { explain } = await import("@calig/core/internal/attribution/explain");
  const { signal } = terminal.io;
  let failed = 0;
  for (const [i, { read, source }] of entries.entries()) {
    signal.throwIfAborted();
    const onProgress = (done: number, activity: string) =>
      terminal.progress.update((i + done) / entries.length, source === undefined ? activity : shortName(source));
    let result: Result;
    let keep: (() => Promise<void> | undefined) | undefined;
    try {
      const input = await read();
      const before = await kept?.get(input);
      const explanation = before ?? (await explain<object>(model, input, { ...options, signal, onProgress }));
      if (before === undefined) keep = () => kept?.put(input, explanation);
      const shown = explanation.layout === "grid" ? model.modality.file?.picture?.(input) : undefined;
      result = { explanation, ...(shown === undefined ? {} : await pictureFor(destination, known, shown)) };
    } catch (error) {
      // What is wrong with an option is wrong for every text; what is no error of ours is a bug.
      if (source === undefined || signal.aborted || error instanceof InvalidOptionError || !isCaligError(error))
        throw error;
      await terminal.fail(`${sourceName(source)}: ${describeFailure(error, false).text}`);
      failed++;
      continue;
    }
    await keep?.();
    await results.add(result, source);
    if (!showsWarnings(destination)) {
      for (const { message } of result.explanation.warnings) {
        await terminal.warn(source === undefined ? message : `${sourceName(source)}: ${message}`);
      }
    }
  }
  return failed;
}

const isForPeople = (destination: Destination): boolean =>
  (destination.kind === "folder" ? destination.formats : [destination.format]).some((format) =>
    FOR_PEOPLE.includes(format),
  );

async function canBeTried(model: LoadedModel): Promise<boolean> {
  const { hasCounterfactuals } = await import("@calig/core/internal/attribution/counterfactual/counterfactuals");
  return hasCounterfactuals(model);
}

const shortName = ({ file, line, item }: Source): string =>
  line !== undefined ? `line ${line}` : item !== undefined ? `item ${item}` : basename(file);

/** The picture, where it will be shown. */
async function pictureFor(
  destination: Destination,
  known: Formats,
  image: RgbImage,
): Promise<{ readonly picture?: string }> {
  const formats = destination.kind === "folder" ? destination.formats : [destination.format];
  if (!formats.some(known.showsPicture)) return {};
  const { pictureUri } = await import("../../node/picture-uri.ts");
  return { picture: await pictureUri(image) };
}

/** Whether the person at the terminal reads the warnings in the result itself. */
const showsWarnings = (destination: Destination): boolean =>
  destination.kind === "stdout" && destination.format === "terminal";

function renderSettings(
  options: Options,
  destination: Destination,
  formats: Formats,
  { io, columns, colors }: Terminal,
  languages: readonly Words[],
): RenderSettings {
  const toScreen = destination.kind === "stdout";
  return {
    columns: options.columns ?? (toScreen ? columns : DEFAULT_COLUMNS),
    colors: toScreen ? colors : colorDepth(options.color === "always" ? "always" : "never", false, io.env),
    unicode: !toScreen || hasUnicode(io.env),
    background: backgroundTheme(io.env),
    formats,
    verbose: options.verbose ?? false,
    ...given(options, ["palette", "theme", "overlay"]),
    ...(options.language === undefined ? {} : { language: wordsOf(options.language, languages) }),
    ...(options.blockMaps === undefined ? {} : { blockMaps: options.blockMaps === "show" }),
  };
}
