/** @file The data that clients send and get, as JSON Schemas: what requests are held to, and the components of the description. */

import type { Layout } from "@calig/core/internal/attribution/explanation";
import {
  BLOCK_EXPLANATION,
  COUNTERFACTUALS,
  EXPLANATION,
  IMAGE_EXPLANATION,
  MODEL_FACTS,
  NAMED_EXPLANATION,
  PATCH_ATTRIBUTION,
  TEXT_EXPLANATION,
  WARNING,
  WORD_ATTRIBUTION,
} from "@calig/core/internal/attribution/explanation-schema";
import type { AttributionMethod } from "@calig/core/internal/attribution/method";
import { METHODS } from "@calig/core/internal/attribution/methods";
import { BASELINES, DEFAULTS, GENERAL_OPTIONS, METHOD_OPTIONS } from "@calig/core/internal/attribution/options";
import { optionsOfMethods } from "@calig/core/internal/attribution/resolve-run";
import type {
  Comparison,
  EvaluatedFigure,
  EvaluatedMethod,
  Evaluation,
  FigureResult,
} from "@calig/core/internal/evaluation/evaluation";
import { METRICS, optionsOfMetrics } from "@calig/core/internal/evaluation/metrics";
import type { NumberErrors } from "@calig/core/internal/evaluation/number-errors";
import { EVALUATION_OPTIONS } from "@calig/core/internal/evaluation/options";
import type { Interval } from "@calig/core/internal/evaluation/statistics/bootstrap";
import { inputForm } from "@calig/core/internal/modality/input-forms";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import type { InputForm, MethodEntry, MethodList, OptionForm } from "@calig/core/internal/options/form";
import { withoutOptions } from "@calig/core/internal/options/option";
import type { CheckResult, Verification } from "@calig/core/internal/verification/verification";
import { MOST_INPUTS } from "@calig/core/internal/verification/verify";
import { ROW_OPTIONS } from "../node/read-rows.ts";
import { componentsOf } from "./component-schemas.ts";
import type { EvaluationJob } from "./evaluation-jobs.ts";
import { type JsonSchema, record, recordOf, reference, type SchemaTable } from "./json-schema.ts";
import type { ServerLimits } from "./limits.ts";
import { descriptionOf, formSchema, MOST_NAME, optionSchemas } from "./option-schemas.ts";
import { PROMPT_SOURCES, promptSchemas } from "./prompt-fields.ts";
import { questionSchemas } from "./question-fields.ts";
import type { RunJob } from "./run-jobs.ts";
import type { RunCounts } from "./run-work.ts";

const text = (description: string): JsonSchema => ({ type: "string", description });
const name = (description: string): JsonSchema => ({ ...text(description), maxLength: MOST_NAME });
const number = (description: string): JsonSchema => ({ type: "number", description });
/** JSON has no word for numbers that are not finite. */
const measured = (description: string): JsonSchema => ({ type: ["number", "null"], description });
const count = (description: string): JsonSchema => ({ type: "integer", minimum: 0, description });
const list = (items: JsonSchema, description: string): JsonSchema => ({ type: "array", items, description });
const oneOf = (names: readonly string[], description: string, fallback?: unknown): JsonSchema => ({
  type: "string",
  enum: names,
  description,
  ...(fallback === undefined ? {} : { default: fallback }),
});

/** One baseline or several: names, and what a request may give of its own. */
function baselineSchema(inputs: readonly InputForm[], own: readonly JsonSchema[]): JsonSchema {
  const names = [...new Set<string>([...BASELINES, ...inputs.flatMap(({ baselines }) => baselines)])];
  const byName: JsonSchema = { type: "string", enum: names };
  const one = { anyOf: [byName, ...own] };
  return {
    anyOf: [byName, ...own, { type: "array", items: one, minItems: 1, maxItems: names.length }],
    description: descriptionOf(METHOD_OPTIONS.baseline),
  };
}

/** "text-column" of "textColumn". */
const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

const LABEL: readonly JsonSchema[] = [
  { type: "string", maxLength: MOST_NAME },
  { type: "integer", minimum: 0 },
];
const MODEL = name("Name of a model of GET /api/models. Default: the first that reads the kind of input");

/** General options that a request may give: all of the library but those that the server decides itself. */
const GENERAL = withoutOptions(GENERAL_OPTIONS, ["memory"]);

/** The options of an explanation that a request may give, by name. */
const explainOptions = (methods: readonly AttributionMethod[]): Readonly<Record<string, JsonSchema>> => ({
  method: oneOf(
    methods.map((method) => method.name),
    "Attribution method",
    DEFAULTS.method,
  ),
  ...optionSchemas(GENERAL),
  ...optionSchemas(optionsOfMethods(methods), methods),
});

/** Their names. */
export const explainOptionNames = (methods: readonly AttributionMethod[] = METHODS): readonly string[] =>
  Object.keys(explainOptions(methods));

/** The kinds of inputs that requests can give: calig's own, and others; of those of one field the first. */
export function inputsWith(others: readonly InputForm[]): readonly InputForm[] {
  const byField = new Map<string, InputForm>();
  for (const form of [...MODALITIES.flatMap((modality) => inputForm(modality) ?? []), ...others]) {
    if (!byField.has(form.field)) byField.set(form.field, form);
  }
  return [...byField.values()];
}

/** A mark of a rationale. */
const MARK: JsonSchema = {
  anyOf: [
    { type: "integer", enum: [0, 1] },
    { type: "string", enum: ["0", "1"] },
    { type: "boolean" },
    { type: "array", items: { type: "integer", minimum: 0 }, minItems: 2, maxItems: 2 },
  ],
};

function requests(
  { characters, tokens, bodyBytes, evaluationRows, runRows }: ServerLimits,
  methods: readonly AttributionMethod[],
  inputs: readonly InputForm[],
): SchemaTable {
  const names = methods.map((method) => method.name);
  const options = explainOptions(methods);
  const measuring = {
    ...optionSchemas({ ...EVALUATION_OPTIONS, ...optionsOfMetrics(METRICS) }),
    ...optionSchemas(optionsOfMethods(methods), methods),
  };
  const input = {
    text: {
      ...text(`Text to explain; together with its pair of at most ${tokens} tokens of the model`),
      minLength: 1,
      maxLength: characters,
    },
    pair: { ...text("Second text, for models that judge pairs"), maxLength: characters },
  };
  const sent = (description: string, formats: string): JsonSchema => ({
    ...text(`${description} in Base64 or as a data URI (${formats})`),
    minLength: 1,
    maxLength: bodyBytes,
  });
  const prompts = promptSchemas(characters);
  const { perToken: _perToken, ...ofRows } = prompts;
  const questions = questionSchemas(characters);
  const ownText = record(
    {
      text: { ...text("Its tokens take the places of the input's"), minLength: 1, maxLength: characters },
      pair: { ...text("The same for the second text of a pair"), maxLength: characters },
    },
    ["pair"],
    "A text of your own, for texts",
  );
  const files = inputs.flatMap(({ file, ...form }) => (file === undefined ? [] : [{ file, ...form }]));
  const ownFiles = files.map(({ field, called, noun, file: { formats } }) =>
    record({ [field]: sent(capital(called), formats) }, [], `A ${called} of your own, for ${noun.many}`),
  );
  const reading = Object.fromEntries(
    files.flatMap(({ file }) => file.options.map((option) => [option.name, formSchema(option)])),
  );
  return {
    ExplainRequest: {
      ...record(
        {
          ...input,
          ...questions,
          ...prompts,
          ...Object.fromEntries(
            files.map(({ field, called, file: { formats } }) => [field, sent(`Instead of a text: ${called}`, formats)]),
          ),
          ...reading,
          model: MODEL,
          ...options,
          baseline: baselineSchema(inputs, [ownText, ...ownFiles]),
        },
        [
          ...Object.keys(input),
          ...Object.keys(questions),
          ...Object.keys(prompts),
          ...files.map(({ field }) => field),
          ...Object.keys(reading),
          "model",
          ...Object.keys(options),
        ],
        "One input, and the options of the library under their names",
      ),
      oneOf: ["text", ...PROMPT_SOURCES, ...files.map(({ field }) => field)].map((field) => ({
        required: [field] as const,
      })),
      dependentRequired: {
        pair: ["text"],
        // An option that two kinds of files have goes with either.
        ...Object.fromEntries(
          files.flatMap(({ field, file }) =>
            file.options
              .filter(
                ({ name }) => files.filter((one) => one.file.options.some((own) => own.name === name)).length === 1,
              )
              .map(({ name }) => [name, [field]]),
          ),
        ),
      },
    },
    VerifyRequest: record(
      {
        model: name("Name of a model of GET /api/models. Default: the first"),
        texts: { ...list(input.text, "Texts of your own, run besides the built-in ones"), maxItems: MOST_INPUTS },
        seed: { ...count("Seed of random directions and positions"), default: 0 },
      },
      ["model", "texts", "seed"],
    ),
    EvaluateRequest: record(
      {
        rows: {
          ...list(reference("EvaluateRow"), "Inputs to measure on"),
          minItems: 1,
          maxItems: evaluationRows,
        },
        name: { ...name("What the data set is called in the result"), default: "rows" },
        model: MODEL,
        methods: {
          ...list(
            { type: "string", enum: names },
            `Methods to measure beside the random control. Default: all but ${methods.flatMap(({ name, onRequest }) => (onRequest ? name : [])).join(", ")}`,
          ),
          minItems: 1,
          maxItems: names.length,
        },
        metrics: {
          ...list(
            { type: "string", enum: METRICS.map((metric) => metric.name) },
            "Metrics to measure. Default: those that the rows have the truth for and that explain each input once",
          ),
          minItems: 1,
          maxItems: METRICS.length,
        },
        ...measuring,
        baseline: baselineSchema(inputs, [ownText]),
      },
      ["name", "model", "methods", "metrics", ...Object.keys(measuring)],
      "Rows to measure on, what is measured, and options that hold for all methods",
    ),
    RunRequest: record(
      {
        rows: { ...list(reference("RunRow"), "Inputs to explain"), minItems: 1, maxItems: runRows },
        name: { ...name("What the data set is called in the result"), default: "rows" },
        model: MODEL,
        full: { type: "boolean", description: "Keep the whole Explanation of each row as JSON", default: false },
        ...Object.fromEntries(
          ROW_OPTIONS.map((option) => [option, name(`Of a file: as --${kebab(option)} of calig explain`)]),
        ),
        ...options,
        baseline: baselineSchema(inputs, [ownText]),
      },
      ["rows", "name", "model", "full", ...ROW_OPTIONS, ...Object.keys(options)],
      "Rows to explain, unless they are sent as a file, and the options of the library under their names",
    ),
    RunRow: record(
      {
        ...input,
        id: { anyOf: LABEL, description: "What the row is called in the result" },
        label: { anyOf: LABEL, description: "The true class, kept beside the result" },
      },
      ["pair", "id", "label"],
    ),
    EvaluateRow: {
      ...record(
        {
          ...input,
          ...ofRows,
          id: { anyOf: LABEL, description: "What the row is called in the result" },
          label: { anyOf: LABEL, description: "The true class, by label or index; of a prompt: of its verbaliser" },
          rationale: {
            ...list(MARK, "What people marked: 0 or 1 per token between white space, or [start, end] in characters"),
            maxItems: characters,
          },
          relevant: {
            ...list({ anyOf: LABEL }, "Of a prompt: the parts that hold the answer, by name or by index from 0"),
            maxItems: characters,
          },
        },
        [...Object.keys(input), ...Object.keys(ofRows), "id", "label", "rationale", "relevant"],
        "A text, or a prompt with what is asked about it; all rows of a request are of one kind",
      ),
      oneOf: ["text", ...PROMPT_SOURCES].map((field) => ({ required: [field] as const })),
      dependentRequired: { pair: ["text"], rationale: ["text"] },
    },
  };
}

const nullable = (description: string): JsonSchema => ({ type: ["number", "null"], description });

const INTERVAL: Readonly<Record<keyof Interval, JsonSchema>> = {
  low: measured("Lower end of the 95 % bootstrap interval"),
  high: measured("Upper end of the 95 % bootstrap interval"),
};

const BY_LAYOUT = {
  propertyName: "layout",
  mapping: {
    text: reference("TextExplanation").$ref,
    grid: reference("ImageExplanation").$ref,
    names: reference("NamedExplanation").$ref,
  } satisfies Record<Layout, string>,
};

const EXPLANATIONS = componentsOf({
  WordAttribution: WORD_ATTRIBUTION,
  PatchAttribution: PATCH_ATTRIBUTION,
  Warning: WARNING,
  ModelFacts: MODEL_FACTS,
  BlockExplanation: BLOCK_EXPLANATION,
  Counterfactuals: COUNTERFACTUALS,
  TextExplanation: TEXT_EXPLANATION,
  ImageExplanation: IMAGE_EXPLANATION,
  NamedExplanation: NAMED_EXPLANATION,
  Explanation: EXPLANATION,
});

const RUNS: SchemaTable = {
  RunJob: recordOf<RunJob>(
    {
      id: text("Names the run in addresses"),
      name: text("What the data set is called"),
      model: text("Name of the model"),
      status: oneOf(["queued", "running", "done", "failed", "cancelled"], "Where it stands"),
      progress: recordOf<RunCounts>({
        rows: count("Rows of the data set"),
        done: count("Rows that are there, those that failed among them"),
        failed: count("Rows that could not be explained: error_code and error of their rows say why"),
        shards: count("Shards"),
        shardsDone: count("Shards that are done"),
      }),
      files: list(text("Address of a shard that is done, a Parquet file"), "In the order of the rows"),
      error: record({ code: text("For programs"), message: text("For people") }),
    },
    ["progress", "error"],
  ),
};

const EVALUATIONS: SchemaTable = {
  EvaluationJob: recordOf<EvaluationJob>(
    {
      id: { ...text("Names the job in addresses"), format: "uuid" },
      status: oneOf(["queued", "running", "done", "failed", "cancelled"], "Where it stands"),
      progress: record({ done: number("Share of the work done, 0..1"), activity: text("What is being done") }),
      result: reference("Evaluation"),
      error: record({ code: text("For programs"), message: text("For people") }),
    },
    ["result", "error"],
  ),
  Evaluation: recordOf<Evaluation>({
    version: { type: "integer", enum: [3] },
    model: reference("ModelFacts"),
    dataset: recordOf<Evaluation["dataset"]>(
      {
        name: text("As given"),
        counted: oneOf(["line", "item"], "What the lines of inputs count; without it, lines"),
        size: count("Rows"),
        measured: count("Rows that were measured under all methods"),
        skipped: count("Rows left out"),
        accuracy: {
          anyOf: [
            record({ value: measured("Share"), inputs: count("Rows with a label"), ...INTERVAL }),
            { type: "null" },
          ],
          description: "Share of the rows whose label the model predicts",
        },
        errors: recordOf<NumberErrors>(
          {
            meanSquaredError: record({ value: measured("Squared units of the number"), ...INTERVAL }),
            meanAbsoluteError: record({ value: measured("Units of the number"), ...INTERVAL }),
            pearson: nullable("Correlation; null where a side is always the same"),
            spearman: nullable("Rank correlation; null where a side is always the same"),
            inputs: count("Rows with a number"),
          },
          [],
          "Regressions: how far the model's numbers are from those of the rows",
        ),
      },
      ["counted", "errors"],
    ),
    settings: { type: "object", description: "Replacement, features, target, score, seed, resamples" },
    methods: list(
      recordOf<EvaluatedMethod>({
        name: text("Name"),
        options: { type: "object" },
        randomControl: { type: "boolean" },
      }),
      "What was measured",
    ),
    metrics: list(record({ name: text("Name"), summary: text("What it measures") }), "Metrics"),
    figures: list(
      recordOf<EvaluatedFigure>(
        {
          name: text("Name"),
          metric: text("Metric it comes from"),
          better: oneOf(["higher", "lower", "none"], "Which direction is better"),
          replacement: text("What stood in for removed features; absent where it makes no difference"),
        },
        ["replacement"],
      ),
      "Columns of the table",
    ),
    results: list(
      recordOf<FigureResult>({
        method: text("Method"),
        figure: text("Figure"),
        value: measured("Mean over the rows"),
        inputs: count("Rows"),
        ...INTERVAL,
      }),
      "Cells of the table",
    ),
    comparisons: list(
      recordOf<Comparison>({
        figure: text("Figure"),
        method: text("Method"),
        other: text("Method it is compared with"),
        difference: measured("Figure of method minus that of other"),
        pValue: measured("Paired bootstrap, two-sided"),
        correctedPValue: measured("Corrected for all pairs (Holm)"),
        winner: { type: ["string", "null"], description: "Better by a corrected p-value of at most 0.05" },
        ...INTERVAL,
      }),
      "Methods compared in pairs on the same rows",
    ),
    fronts: list({ type: "object" }, "Faithfulness of all methods against their model evaluations"),
    inputs: list({ type: "object" }, "Every row with its measurements"),
    failures: list({ type: "object" }, "Rows that could not be measured"),
    cost: record({ milliseconds: number("Time") }),
    warnings: list(reference("Warning"), "What the reader must know"),
  }),
};

const VERIFICATIONS: SchemaTable = {
  Verification: recordOf<Verification>({
    version: { type: "integer", enum: [1] },
    model: reference("ModelFacts"),
    engine: text("The engine that ran everything"),
    passed: { type: "boolean", description: "Whether no check failed" },
    checks: list(reference("CheckResult"), "One for each check"),
    inputs: record({ all: count("Inputs that were run"), own: count("Those that were given") }),
    seed: count("Seed of random directions and positions"),
    milliseconds: number("Time that all checks took"),
  }),
  CheckResult: recordOf<CheckResult>({
    name: text("Name of the check"),
    compares: text("What is compared with what"),
    status: oneOf(["pass", "fail", "not-applicable"], "What came out"),
    worst: {
      ...record({
        where: text("Which comparison came nearest to its limit"),
        difference: measured("How far the two lie apart; null where that is no number"),
        limit: number("How far they may"),
        unit: text("What both are measured in"),
      }),
      type: ["object", "null"],
    },
    comparisons: count("Numbers, or tokens, that were compared"),
    sentence: text("What came out, or why the check does not apply; of a failure, what not to trust"),
    milliseconds: number("Time that the check took"),
  }),
};

const INFORMATION: SchemaTable = {
  Error: record({
    error: record({ code: text("For programs, as in queue-full"), message: text("For people") }),
  }),
  Health: record({
    status: oneOf(["ok"], "The server answers"),
    version: text("Version of calig"),
    working: count("Explanations being worked on"),
    waiting: count("Explanations waiting"),
  }),
  Methods: recordOf<MethodList>({
    methods: list(
      recordOf<MethodEntry>({
        name: text("What requests call it"),
        title: text("As people write it"),
        summary: text("What it does, with its source"),
        options: list(text("Name"), "The options that it takes"),
      }),
      "The methods, the default first",
    ),
    options: list(
      recordOf<OptionForm>(
        {
          name: text("What requests call it"),
          title: text("What forms call it. Default: its name in words"),
          group: text("Heading that forms show it under"),
          summary: text("What it is for"),
          control: { type: "object", description: "How its value is written", additionalProperties: true },
          otherwise: text("What happens without it"),
          needs: record(
            { option: text("Another option"), values: list({}, "Values of it") },
            [],
            "With what alone it has an effect",
          ),
        },
        ["title", "otherwise", "needs"],
      ),
      "Every option that any of the methods takes",
    ),
  }),
  InputForm: recordOf<InputForm>(
    {
      kind: text("As explanations call it"),
      noun: record({ one: text("One of them"), many: text("Several") }),
      field: text("Field of requests that it is given in"),
      called: text("What a person gives"),
      features: text("What evidence is told of"),
      baselines: list(text("Name"), "What it can be compared with"),
      file: record(
        {
          formats: text("Formats that are read"),
          endings: list(text("Ending"), "Of names of files"),
          accept: text("As the attribute of file fields has it"),
          options: list({ type: "object" }, "How files are read, as the options of GET /api/methods"),
          isPicture: { type: "boolean", description: "Whether there is a picture of it to be seen" },
        },
        [],
        "Where it is given as a file; typed otherwise",
      ),
      questions: list(
        { type: "object" },
        "What the model can be asked besides a class: fields of requests, as the options of GET /api/methods",
      ),
      prompt: record(
        { chat: { type: "boolean", description: "Whether it has a template for chats" } },
        [],
        "Where it predicts tokens: it is given a prompt or a chat, and what is asked about it",
      ),
    },
    ["file", "questions", "prompt"],
  ),
  Models: record({
    models: list(
      record(
        {
          name: text("What requests call it"),
          kind: text("The kind of input that it reads: text, image, or one from outside"),
          input: reference("InputForm"),
          default: { type: "boolean", description: "Whether it is used for its kind when no model is named" },
          labels: list(text("Label"), "Names of the classes, by index"),
          facts: reference("ModelFacts"),
        },
        ["input"],
      ),
      "The models of this server",
    ),
  }),
};

/** Components that only runs need. */
export const RUN_COMPONENTS: readonly string[] = ["RunRequest", "RunRow", "RunJob"];

/** All components of the description. */
export const componentSchemas = (
  limits: ServerLimits,
  methods: readonly AttributionMethod[] = METHODS,
  inputs: readonly InputForm[] = inputsWith([]),
): SchemaTable => ({
  ...requests(limits, methods, inputs),
  ...EXPLANATIONS,
  Explanation: { ...EXPLANATIONS.Explanation, discriminator: BY_LAYOUT },
  ...RUNS,
  ...EVALUATIONS,
  ...VERIFICATIONS,
  ...INFORMATION,
});
