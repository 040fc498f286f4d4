/**
 * @file Every option of the command line: those of explanations, evaluations and methods as the library declares them, and
 * those of single commands. Parser, help and docs/cli.md are made from this table.
 *
 * To add an option of methods: one entry in attribution/options.ts of the core. Of a command: one entry here, and its key in
 * `options` of the commands that take it.
 */

import { OVER_NOISE } from "@calig/core/internal/attribution/averaged";
import { MOST_CLASSES } from "@calig/core/internal/attribution/explain-classes";
import { METHODS } from "@calig/core/internal/attribution/methods";
import {
  BASELINES,
  type BaselineName,
  DEFAULTS,
  GENERAL_OPTIONS,
  METHOD_OPTIONS,
} from "@calig/core/internal/attribution/options";
import type { Metric } from "@calig/core/internal/evaluation/metric";
import { METRICS } from "@calig/core/internal/evaluation/metrics";
import { EVALUATION_OPTIONS } from "@calig/core/internal/evaluation/options";
import type { Extensions } from "@calig/core/internal/extend/extension";
import { ONNX_DTYPES } from "@calig/core/internal/loading/onnx-place";
import { TASKS } from "@calig/core/internal/loading/task";
import {
  type OptionDeclaration,
  type OptionGroup,
  type OptionsOf,
  type OptionTable,
  type OptionType,
  onlyOptions,
} from "@calig/core/internal/options/option";
import { flagOf, withWords } from "@calig/core/internal/options/text";
import {
  byteSize,
  flag,
  number,
  oneOf,
  oneOrMoreOf,
  path,
  repeated,
  someOf,
  text,
  wholeNumber,
} from "@calig/core/internal/options/types";
import { OVERLAYS } from "@calig/core/internal/render/overlay";
import { PALETTE_NAMES, THEMES } from "@calig/core/internal/render/palette";
import { MOST_BYTES, OPENED } from "@calig/core/internal/report/browse/html";
import { TOP_WORDS } from "@calig/core/internal/report/evidence/build-report";
import { DETAILS } from "@calig/core/internal/report/evidence/facts";
import { DEVICES } from "@calig/core/internal/runtime/devices";
import { SHORTCUT_OPTIONS } from "@calig/core/internal/shortcuts/options";
import { FORMATS } from "./formats.ts";
import { EVALUATION_FORMATS } from "./report-writers.ts";

/** An option of commands, whose default is said in words: the commands apply it. */
const option = <T>(
  group: OptionGroup,
  type: OptionType<T>,
  summary: string,
  otherwise?: string | number,
): OptionDeclaration<T> => ({
  group,
  type,
  summary,
  ...(otherwise === undefined ? {} : { otherwise: String(otherwise) }),
});

const LEAST_MEMORY = 2 ** 20;
const LEAST_PAGE = 2 ** 17;

/** A name of a baseline, or what stands for the one that another option gives. */
type BaselineWord = BaselineName | "custom";

/** Metrics of one figure that has a better direction. */
const isTunable = ({ figures }: Metric): boolean => figures.length === 1 && figures[0]?.better !== "none";

export const OPTIONS = {
  port: option("Server", wholeNumber({ min: 0, max: 65_535 }), "port to listen on; 0 takes a free one", 8017),
  host: option("Server", text("ADDRESS"), "address to listen on; others than loopback need --token", "127.0.0.1"),
  served: {
    ...option(
      "Server",
      repeated(path("[NAME=]MODEL")),
      "model to serve, as --model of other commands, under its own name or another; may be given several times",
      "sst2",
    ),
    name: "model",
  },
  secret: {
    ...option(
      "Server",
      text("SECRET"),
      "what requests must give, as Authorization: Bearer SECRET; better in the environment variable CALIG_TOKEN, which other users do not see",
    ),
    name: "token",
  },
  allowHost: option(
    "Server",
    repeated(text("NAME")),
    "name in the Host header that is this server, besides localhost and addresses; may be given several times",
  ),
  runs: option(
    "Server",
    text("DIR"),
    "keep runs over data sets there (POST /api/runs), which go on when the server starts again",
  ),
  bodyLimit: option("Server", byteSize({ min: LEAST_MEMORY }), "largest body of a request", "8MB"),
  textLimit: option(
    "Server",
    wholeNumber({ min: 1 }),
    "most characters of a text of a request, or of a row of a run",
    100_000,
  ),
  tokenLimit: option(
    "Server",
    wholeNumber({ min: 1 }),
    "most tokens of a text of a request, special ones included; longer ones are answered with 422",
    8192,
  ),
  timeLimit: option("Server", number({ above: 0 }), "seconds that one explanation may wait, and then take", 120),
  concurrency: option("Server", wholeNumber({ min: 1, max: 64 }), "explanations worked on at once", 1),
  queue: option(
    "Server",
    wholeNumber({ min: 0, max: 10_000 }),
    "explanations that may wait besides; more are answered with 429",
    32,
  ),

  text: option(
    "Input",
    text("TEXT"),
    "text to explain; the same as giving it without an option. With --image: the text that the picture is compared with, by models such as CLIP",
  ),
  prompt: option("Input", text("TEXT"), "prompt of a language model, as the model reads it"),
  promptFile: option("Input", path("FILE"), "the same from a file"),
  chat: option(
    "Input",
    path("FILE.json"),
    "messages of a chat (role and content), which the chat template of the model makes a prompt of",
  ),
  answer: option(
    "Input",
    text("TEXT"),
    "answer to the prompt whose log-probability is explained, spaces included",
    "the most probable next token",
  ),
  answerFile: option("Input", path("FILE"), "the same from a file"),
  againstText: option("Input", text("TEXT"), "another answer: explains the difference of the two"),
  verbaliser: option(
    "Input",
    path("FILE.json"),
    "labels in the place of an answer, each with a list of strings that stand for it",
  ),
  parts: option("Input", path("FILE.json"), "parts of the prompt, such as documents, whose evidence is added up"),
  perToken: option("Input", flag, "explain every token of the answer by itself, too"),
  pair: option("Input", text("TEXT"), "second text, for models that judge pairs of texts"),
  with: option(
    "Input",
    text("TEXT"),
    "the text that this one is compared with, for models that make embeddings; it is held fixed",
  ),
  textPrompt: option(
    "Input",
    text("NAME"),
    "the prompt of the model's folder that is put before the text, such as query",
    "the one that the folder names",
  ),
  labels: option(
    "Input",
    text("LIST"),
    "labels to choose from, separated by commas, for classifiers with a class entailment, and for pictures with models of two towers such as CLIP; --target names the one that is explained",
  ),
  hypothesis: option(
    "Input",
    text("TEXT"),
    "what a label becomes, with {} in its place",
    "This example is {}.; of pictures This is a photo of {}.",
  ),
  side: option(
    "Input",
    oneOf(["image", "text"]),
    "what is explained where a picture is compared with a text: patches of the picture, or words of the text",
    "image",
  ),
  multiLabel: option("Input", flag, "several labels may fit: each is judged by itself"),
  query: option(
    "Input",
    text("TEXT"),
    "the query that the text is judged by, for models of relevance; it is held fixed",
  ),
  pairs: option(
    "Input",
    flag,
    "also explain which word with which word of the text of --with; costs some hundred forward passes",
  ),
  question: option(
    "Input",
    text("TEXT"),
    "the question that a part of the text answers, for models of question answering; it is held fixed",
  ),
  textFile: option("Input", path("FILE"), "the text from a file, such as one that answers a question"),
  mask: option(
    "Input",
    wholeNumber({ min: 1 }),
    "which mask of the text is asked for, where it has several, for models that fill masks",
  ),
  withPrompt: option("Input", text("NAME"), "the same for the text of --with", "the one that the folder names"),
  input: option(
    "Input",
    path("FILE"),
    "explain every text in a .parquet, .jsonl, .json, .csv, .tsv (field or column text) or .txt file, in several by a pattern in quotes, or in a folder of them",
  ),
  textColumn: option("Input", text("NAME"), "column or field of the texts", "text, or a common name such as sentence"),
  pairColumn: option(
    "Input",
    text("NAME"),
    'column or field of the second texts of pairs; "" for none',
    "pair, or the partner of the texts' column by a common name, such as premise and hypothesis",
  ),
  labelColumn: option(
    "Input",
    text("NAME"),
    'column or field of the labels; "" for none',
    "for data sets label, or a common name such as sentiment",
  ),
  idColumn: option(
    "Input",
    text("NAME"),
    'column or field of the ids; "" for none',
    "id, or a common name such as idx",
  ),
  separator: option(
    "Input",
    text("CHARACTER"),
    "what stands between the cells of a table: comma, semicolon, tab, pipe, space, or other characters",
    "what the first line of the table tells",
  ),
  model: option(
    "Input",
    path("MODEL"),
    "built-in model, Hugging Face model folder, folder with ONNX files, .onnx or .gguf file, or owner/name in the cache of Hugging Face; on its hub with --allow-download",
    "the built-in one that fits",
  ),
  dtype: option(
    "Input",
    oneOf(ONNX_DTYPES, "TYPE"),
    "which ONNX file of a folder: model_fp16.onnx is fp16, model_quantized.onnx is q8",
    "the checkpoint, else fp32, else the best there is",
  ),
  revision: option(
    "Input",
    text("REVISION"),
    "which revision of a model in the cache of Hugging Face: a branch, a tag, a pull request (refs/pr/1) or a commit in full",
    "main",
  ),
  allowDownload: option(
    "Input",
    flag,
    "ask the hub of Hugging Face for a model that is named (owner/name), and download what is missing into its cache; HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE say where and as whom",
    "nothing is fetched from a network",
  ),
  task: option(
    "Input",
    oneOf(TASKS),
    "what the model is used for; similarity of an encoder without a head: the mean of its last hidden states",
    "what its files say",
  ),
  acceptDifference: option(
    "Input",
    flag,
    "explain a quantised or half-precision ONNX file even where its own answer to the input is another; the result says so",
  ),

  dataset: option(
    "Input",
    path("FILE"),
    "data set: .parquet, .jsonl, .json, .csv, .tsv with text, label, rationale, a folder of pictures, a run of calig explain, or one of the published layouts (see docs/cli.md)",
  ),
  data: {
    ...option(
      "Input",
      path("FILE"),
      "data set to look in: .jsonl, .json, .csv, .tsv with text and label, a folder of pictures, or one of the published layouts (see docs/cli.md)",
    ),
    name: "input",
    otherName: "dataset",
  },
  reference: option(
    "Input",
    path("FILE"),
    "data in which suspected cues are not, or mean nothing: its labels have the last word on what is a shortcut",
  ),
  tensorboard: option(
    "Output",
    path("FOLDER"),
    "a run for TensorBoard besides: the report, and for each confirmed cue its curves over the blocks",
  ),
  explanations: option(
    "Input",
    path("FILE"),
    "explanations of these texts by this model, as calig explain writes them: a file or a folder; what is there is not explained again",
  ),
  rows: option(
    "Output",
    path("FILE.csv"),
    "inputs to add to the data: with each confirmed cue put in or taken out, and the label that they have",
  ),
  ...onlyOptions(SHORTCUT_OPTIONS, ["tested", "sample", "leastInputs", "permutations"]),
  classMap: option(
    "Input",
    path("FILE"),
    "for pictures with outlined objects: JSON with the classes, by name or index, that mean each category of the data set",
    "the class with the name of the category",
  ),
  limit: option("Input", wholeNumber({ min: 1 }), "measure a seeded sample of at most N inputs", "all"),
  badRows: option(
    "Input",
    oneOf(["refuse", "skip"], "HOW"),
    "rows of the data set without a text, with a rationale that does not fit and the like",
    "refuse",
  ),

  methods: option(
    "Evaluation",
    someOf(
      METHODS.map((method) => method.name),
      [OVER_NOISE],
    ),
    `methods to measure, or NAME${OVER_NOISE} for their mean over noisy copies (--noise); the random control is always measured too`,
    `all but ${METHODS.flatMap(({ name, onRequest }) => (onRequest ? name : [])).join(", ")}`,
  ),
  metrics: option(
    "Evaluation",
    someOf(METRICS.map((metric) => metric.name)),
    "metrics to measure",
    "all that the data set has the truth for, without those that explain an input many times",
  ),
  metric: option(
    "Evaluation",
    oneOf(METRICS.filter(isTunable).map(({ name }) => name)),
    "what the settings are chosen by",
    "faithfulness",
  ),
  method: option("Method", oneOf(METHODS.map((method) => method.name)), "attribution method", DEFAULTS.method),
  ...GENERAL_OPTIONS,
  ...EVALUATION_OPTIONS,
  ...METHOD_OPTIONS,
  counterfactuals: {
    ...GENERAL_OPTIONS.counterfactuals,
    otherwise: "tried of one input that is shown on the terminal or in HTML, with at most 64 changed inputs",
  },
  baseline: {
    ...METHOD_OPTIONS.baseline,
    type: oneOrMoreOf([...BASELINES, "custom"]),
    summary: `${METHOD_OPTIONS.baseline.summary}; custom is your own text or picture`,
  } as OptionDeclaration<BaselineWord | readonly BaselineWord[]>,
  baselineText: option(
    "Method",
    text("TEXT"),
    "text that --baseline custom stands for; its tokens take the places of the input's",
  ),
  baselinePair: option("Method", text("TEXT"), "second text of that baseline, where the input is a pair"),
  format: option(
    "Output",
    someOf(FORMATS.names),
    "output format; several separated by commas when --out is a folder; tensorboard writes a run for TensorBoard there",
    "from the extension of --out, else terminal",
  ),
  reportFormat: {
    ...option(
      "Output",
      oneOf(EVALUATION_FORMATS),
      "format of the report; tensorboard makes --out a folder with a run for every method",
      "from the extension of --out, else a table",
    ),
    name: "format",
  },
  verificationFormat: {
    ...option(
      "Output",
      oneOf(["terminal", "json", "html", "markdown"], "FORMAT"),
      "format of the result",
      "from the extension of --out, else a table",
    ),
    name: "format",
  },
  out: option("Output", path("FILE|DIR"), "write to a file, or one file per input to a folder", "standard output"),
  shardRows: option(
    "Output",
    wholeNumber({ min: 1, max: 1_000_000 }),
    "of a run: rows of one shard, which is what a killed process and a damaged file can cost",
    "a sixteenth of the rows, 16 to 1000",
  ),
  full: option("Output", flag, "of a run: keep the whole explanation of each row, too, as JSON"),
  plan: option("Output", flag, "of a run: write its manifest and explain nothing yet, for calig enqueue"),
  fresh: option("Output", flag, "start over where a run was begun, or an output in one file"),
  workers: option(
    "Resources",
    wholeNumber({ min: 1, max: 256 }),
    "of a run: processes that explain at once, with --threads each; they share the weights and --memory",
    "this process alone",
  ),
  redis: option(
    "Server",
    text("URL"),
    "queue of shards on Redis or Valkey, as in redis://host:6379; better in the environment variable CALIG_REDIS where it has a password",
    "CALIG_REDIS",
  ),
  lock: option(
    "Server",
    number({ min: 5, max: 86_400 }),
    "seconds after which the shard of a worker that died is given to another one",
    60,
  ),
  metricsPort: option(
    "Server",
    wholeNumber({ min: 0, max: 65_535 }),
    "port for metrics in the format of Prometheus, at /metrics",
    "none",
  ),
  json: option("Output", flag, "print JSON"),
  case: option(
    "Input",
    text("ID|NUMBER"),
    "report on one of the explanations, by its id or its number from 1, for the person that it is about",
  ),
  evaluation: option(
    "Input",
    path("FILE"),
    "what calig evaluate measured of the method on this model, as JSON, for a report with --case or a decision sheet",
  ),
  context: option(
    "Input",
    path("FILE.json"),
    "what whoever uses the model states of the decision: the system, its role, the data, where to contest",
    "nothing is stated",
  ),
  contextTemplate: option("Output", path("FILE.json"), "write an empty form for --context, and do nothing else"),
  check: option(
    "Input",
    path("FILE"),
    "say whether a decision sheet (HTML or JSON) is as it was written, and do nothing else",
  ),
  named: {
    ...option(
      "Output",
      path("MODEL"),
      "what the command in a report with --case calls the model",
      "its name in the explanation",
    ),
    name: "model",
  },
  allClasses: option(
    "What is explained",
    flag,
    `explain the input for every class, at most the ${MOST_CLASSES} most probable, side by side`,
  ),
  top: option("Output", wholeNumber({ min: 1 }), "strongest words of a class on each side", TOP_WORDS),
  details: option(
    "Output",
    wholeNumber({ min: 0 }),
    "most explanations that HTML can open and Markdown shows in full, those that words have as examples first",
    `${OPENED} in HTML, ${DETAILS} in Markdown`,
  ),
  maxSize: option(
    "Output",
    byteSize({ min: LEAST_PAGE }),
    "largest page: it opens as many explanations as fit",
    `${MOST_BYTES / 2 ** 20}MB`,
  ),
  palette: option("Output", oneOf(PALETTE_NAMES), "colours of support and opposition", PALETTE_NAMES[0]),
  theme: option(
    "Output",
    oneOf(THEMES),
    "background that the colours of the terminal, SVG and PNG are made for",
    "the terminal's where it tells, else dark; light for SVG and PNG",
  ),
  overlay: option(
    "Output",
    oneOf(OVERLAYS),
    "how HTML, SVG and PNG draw the evidence in a picture: a smooth map, one colour per patch, or lines of equal evidence",
    OVERLAYS[0],
  ),
  blockMaps: option(
    "Output",
    oneOf(["show", "hide"], "HOW"),
    "small maps of the blocks below a picture, in SVG and PNG",
    "show",
  ),
  columns: option(
    "Output",
    wholeNumber({ min: 1, max: 1000 }),
    "width of the terminal output",
    "the terminal's, else 80",
  ),
  language: option(
    "Output",
    text("CODE"),
    "language of the summary, by its code: en, de, or that of a plugin; its numbers and technical part stay English",
    "en",
  ),
  verbose: option("Output", flag, "show everything: classes, numbers, blocks, options and scores"),

  memory: { ...GENERAL_OPTIONS.memory, type: byteSize({ min: LEAST_MEMORY }) },
  device: option("Resources", oneOf(DEVICES), "where the model runs; cuda and webgpu need a GPU", DEVICES[0]),
  stream: option(
    "Resources",
    flag,
    "load the weights block by block: slower, for models larger than the memory",
    "where the weights do not fit the memory",
  ),
  threads: option("Resources", wholeNumber({ min: 1, max: 1024 }), "threads of the engine", "one per core"),

  color: option("General", oneOf(["auto", "always", "never"], "WHEN"), "use colours", "auto"),
  quiet: option("General", flag, "no progress, notes or warnings on standard error"),
  plugin: option(
    "General",
    repeated(path("FILE.js")),
    "module that adds methods, metrics, formats, model families and the like for this run, made with calig/extend; it runs with your rights; may be given several times",
    'those that "calig": { "plugins": [] } in package.json of this folder lists',
  ),
  debug: option("General", flag, "print the stack trace of errors"),
} satisfies OptionTable;

export type OptionKey = keyof typeof OPTIONS;

/** Values of the options that were given. */
export type OptionValues = OptionsOf<typeof OPTIONS>;

/** Options that every command takes. */
export const COMMON_OPTIONS = ["color", "quiet", "plugin", "debug"] as const satisfies readonly OptionKey[];

/** "--layer-weights" of `layerWeights`: of an option of methods from outside, too. */
export const optionName = (key: string): string => flagOf(declarationOf(key)?.name ?? key);

const declarationOf = (key: string): OptionDeclaration | undefined =>
  Object.hasOwn(OPTIONS, key) ? OPTIONS[key as OptionKey] : undefined;

/** Names that extensions add to options. */
const ADDED: { readonly [K in OptionKey]?: (extensions: Extensions) => readonly { readonly name: string }[] } = {
  method: ({ method }) => method,
  methods: ({ method }) => method,
  metrics: ({ metric }) => metric,
  metric: ({ metric }) => metric.filter(isTunable),
  format: ({ renderer }) => renderer,
  device: ({ runtime }) => runtime,
  baseline: ({ baseline, modality }) => [...baseline, ...named(modality.flatMap(({ baselines }) => baselines.names))],
  replacement: ({ replacement, modality }) => [
    ...replacement,
    ...modality.flatMap(({ replacements }) => replacements.all),
  ],
  score: ({ question }) => question,
};

const named = (names: readonly string[]) => names.map((name) => ({ name }));

/** An option as the command line declares it, with the words that extensions add to it. */
export function optionOf(key: OptionKey, extensions: Extensions): OptionDeclaration {
  const declaration: OptionDeclaration = OPTIONS[key];
  const words = ADDED[key]?.(extensions).map(({ name }) => name) ?? [];
  return { ...declaration, type: withWords(declaration.type, words) };
}
