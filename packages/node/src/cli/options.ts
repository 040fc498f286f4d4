/**
 * @file Every option of the command line as data: one table feeds the parser, the help and docs/cli.md.
 *
 * To add an option: one entry here, and its key in `options` of the commands that take it.
 */

import { METHODS } from "@calig/core/internal/attribution/methods";
import {
  BASELINES,
  DEFAULTS,
  defaultLayerWeights,
  defaultQuadrature,
  FUSIONS,
  LAYER_WEIGHTS,
  LONG_TEXTS,
  QUADRATURES,
  SCORE_KINDS,
} from "@calig/core/internal/attribution/options";
import { FEATURE_KINDS } from "@calig/core/internal/evaluation/features";
import type { Metric } from "@calig/core/internal/evaluation/metric";
import { METRICS } from "@calig/core/internal/evaluation/metrics";
import { REPLACEMENTS } from "@calig/core/internal/evaluation/replacement";
import { type Extensions, NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { DEEP_GREYS } from "@calig/core/internal/input/image/rgb-image";
import { parseBackground } from "@calig/core/internal/input/image/samples";
import { ONNX_DTYPES } from "@calig/core/internal/loading/onnx-names";
import { OVERLAYS } from "@calig/core/internal/render/overlay";
import { PALETTE_NAMES, THEMES } from "@calig/core/internal/render/palette";
import { TOP_WORDS } from "@calig/core/internal/report/evidence/build-report";
import { DETAILS } from "@calig/core/internal/report/evidence/facts";
import { DEVICES } from "@calig/core/internal/runtime/devices";
import { FORMATS } from "./formats.ts";
import { REPORT_FORMATS } from "./report-writers.ts";
import {
  blockList,
  byteSize,
  checked,
  flag,
  number,
  numbersOr,
  oneOf,
  oneOrMoreOf,
  path,
  repeated,
  someOf,
  text,
  type ValueType,
  wholeNumber,
  wholeNumberOr,
} from "./values.ts";

/** Headings that help texts and docs gather options under, in this order. */
export const GROUPS = [
  "Server",
  "Input",
  "What is explained",
  "Evaluation",
  "Method",
  "Output",
  "Resources",
  "General",
] as const;

/** One option. Its name on the command line is its key in `OPTIONS` in kebab-case, where it has no `name`. */
export interface OptionSpec<T> {
  /** In camelCase, for an option of one command that is called like a different one of others. */
  readonly name?: string;
  readonly group: (typeof GROUPS)[number];
  readonly type: ValueType<T>;
  /** One line for help and docs, without a final period. */
  readonly description: string;
  /** What happens without the option, as help texts say it; undefined where nothing does. */
  readonly default?: string;
  /** Name that it had before, in camelCase: still taken, no longer shown. */
  readonly formerName?: string;
}

const option = <T>(
  group: OptionSpec<T>["group"],
  type: ValueType<T>,
  description: string,
  fallback?: string | number,
): OptionSpec<T> => ({ group, type, description, ...(fallback === undefined ? {} : { default: String(fallback) }) });

const LEAST_MEMORY = 2 ** 20;

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
  bodyLimit: option("Server", byteSize(LEAST_MEMORY), "largest body of a request", "8MB"),
  textLimit: option("Server", wholeNumber({ min: 1 }), "most characters of a text of a request", 100_000),
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

  text: option("Input", text("TEXT"), "text to explain; the same as giving it without an option"),
  pair: option("Input", text("TEXT"), "second text, for models that judge pairs of texts"),
  image: option("Input", path("FILE"), "picture to explain; needs an image model"),
  background: option(
    "Input",
    checked("COLOUR", parseBackground),
    "what lies under transparent pixels: white, black or #rrggbb; ignore takes the colours that the file stores for them, as Python's pipelines do",
    "ignore",
  ),
  deepGrey: option(
    "Input",
    oneOf(DEEP_GREYS, "HOW"),
    "grey levels of more than 8 bits: clip makes those above 255 white, as Python's pipelines do; scale divides them by 256",
    DEEP_GREYS[0],
  ),
  input: option(
    "Input",
    path("FILE"),
    "explain every text in a .jsonl, .json, .csv, .tsv (field or column text) or .txt file",
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
    "built-in model, Hugging Face model folder, folder with ONNX files, or .onnx file",
    "the built-in one that fits",
  ),
  dtype: option(
    "Input",
    oneOf(ONNX_DTYPES, "TYPE"),
    "which ONNX file of a folder: model_fp16.onnx is fp16, model_quantized.onnx is q8",
    "the checkpoint, else fp32, else the best there is",
  ),

  acceptDifference: option(
    "Input",
    flag,
    "explain a quantised or half-precision ONNX file even where its own answer to the input is another; the result says so",
  ),

  dataset: option(
    "Input",
    path("FILE"),
    "data set: .jsonl, .json, .csv, .tsv with text, label, rationale, a folder of pictures, or one of the published layouts (see docs/cli.md)",
  ),
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

  target: option(
    "What is explained",
    text("LABEL|INDEX"),
    "class to explain, by name or index; #1 is the index 1 whatever the classes are called",
    "the predicted class",
  ),
  against: option(
    "What is explained",
    text("LABEL|INDEX"),
    "explain the target against this class: the score is the difference of the two",
  ),
  score: option(
    "What is explained",
    oneOf(SCORE_KINDS, "KIND"),
    "score that attributions are measured in",
    DEFAULTS.score,
  ),

  token: option(
    "What is explained",
    text("WORD|INDEX"),
    "the token whose label is explained, for models that label every token; a word that comes twice needs an index, as in #5",
    "the one most surely labelled otherwise than most",
  ),

  methods: option(
    "Evaluation",
    someOf(METHODS.map((method) => method.name)),
    "methods to measure; the random control is always measured too",
    "all",
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
  replacement: {
    ...option(
      "Evaluation",
      oneOf(REPLACEMENTS),
      "what stands in for removed words or patches",
      "mask or the token that the model has, blur for images",
    ),
    formerName: "substrate",
  },
  curveSteps: option("Evaluation", wholeNumber({ min: 1 }), "most steps of a deletion or insertion curve", 32),
  features: {
    ...option("Evaluation", oneOf(FEATURE_KINDS, "KIND"), "what is ranked and removed", FEATURE_KINDS[0]),
    formerName: "units",
  },

  method: option("Method", oneOf(METHODS.map((method) => method.name)), "attribution method", DEFAULTS.method),
  baseline: option(
    "Method",
    oneOrMoreOf([...BASELINES, "custom"]),
    "what the input is compared with; several are averaged; custom is your own text or picture",
    "mask token or what the model has, blur for images",
  ),
  baselineText: option(
    "Method",
    text("TEXT"),
    "text that --baseline custom stands for; its tokens take the places of the input's",
  ),
  baselinePair: option("Method", text("TEXT"), "second text of that baseline, where the input is a pair"),
  baselineImage: option("Method", path("FILE"), "picture that --baseline custom stands for"),
  steps: option(
    "Method",
    wholeNumberOr({ min: 1, max: 10_000 }, ["auto"]),
    "integration points per block; auto: refine until the tolerance is met",
    DEFAULTS.steps,
  ),
  tolerance: option(
    "Method",
    number({ above: 0 }),
    "relative completeness error that auto refines to",
    DEFAULTS.tolerance,
  ),
  quadrature: option(
    "Method",
    oneOf(QUADRATURES, "RULE"),
    "integration rule",
    `${defaultQuadrature("auto")} for --steps auto, else ${defaultQuadrature(1)}`,
  ),
  fusion: option("Method", oneOf(FUSIONS), "how block relevance and attention gradients are fused", DEFAULTS.fusion),
  lambda: option(
    "Method",
    number({ min: 0, max: 1 }),
    "share of the block relevance in additive fusion",
    DEFAULTS.lambda,
  ),
  layerWeights: option(
    "Method",
    numbersOr(LAYER_WEIGHTS),
    "share of each block in the result: a scheme, or one number per block",
    `${defaultLayerWeights("image")} for pictures, ${defaultLayerWeights("text")} for texts`,
  ),
  longText: option(
    "Method",
    oneOf(LONG_TEXTS, "HOW"),
    "texts longer than the model reads: windows joined into one map, or the beginning only",
    DEFAULTS.longText,
  ),
  heads: option("Method", flag, "tell the attention evidence of every head of every block too, in JSON"),
  layers: option("Method", blockList, "blocks to explain, as in 0,2-4", "all"),
  seed: option("Method", wholeNumber({ min: 0 }), "seed of methods that draw random numbers", DEFAULTS.seed),

  format: option(
    "Output",
    someOf(FORMATS.names),
    "output format; several separated by commas when --out is a folder; tensorboard writes a run for TensorBoard there",
    "from the extension of --out, else terminal",
  ),
  reportFormat: {
    ...option(
      "Output",
      oneOf(REPORT_FORMATS),
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
  json: option("Output", flag, "print JSON"),
  top: option("Output", wholeNumber({ min: 1 }), "strongest words of a class on each side", TOP_WORDS),
  details: option(
    "Output",
    wholeNumber({ min: 0 }),
    "most explanations that HTML and Markdown show in full, those that words have as examples first",
    DETAILS,
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
  verbose: option("Output", flag, "show every class, option and score"),

  memory: option(
    "Resources",
    byteSize(LEAST_MEMORY),
    "memory for the activations of one run, as in 512MB or 2GB; weights that take more are loaded block by block",
    "a quarter of the free memory, at most 512MB",
  ),
  device: option("Resources", oneOf(DEVICES), "where the model runs; cuda and webgpu need a GPU", DEVICES[0]),
  timeBudget: option(
    "Resources",
    number({ above: 0 }, "SECONDS"),
    "stop refining after so many seconds and say what was reached",
    "no limit",
  ),
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
} as const satisfies Readonly<Record<string, OptionSpec<unknown>>>;

export type OptionKey = keyof typeof OPTIONS;

type ValueOf<S> = S extends OptionSpec<infer T> ? T : never;

/** Values of the options that were given. */
export type OptionValues = { readonly [K in OptionKey]?: ValueOf<(typeof OPTIONS)[K]> };

/** Options that every command takes. */
export const COMMON_OPTIONS = ["color", "quiet", "plugin", "debug"] as const satisfies readonly OptionKey[];

/** "--layer-weights" of `layerWeights`. */
export function optionName(key: OptionKey): string {
  const spec: OptionSpec<unknown> = OPTIONS[key];
  return flagOf(spec.name ?? key);
}

/** "--substrate": what the option was called on the command line before; undefined where it has always had its name. */
export function formerOptionName(key: OptionKey): string | undefined {
  const { formerName }: OptionSpec<unknown> = OPTIONS[key];
  return formerName === undefined ? undefined : flagOf(formerName);
}

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** "--layer-weights NAME|X,..": the option as help texts show it. */
export function optionUsage(key: OptionKey): string {
  const { placeholder } = OPTIONS[key].type;
  return placeholder === undefined ? optionName(key) : `${optionName(key)} ${placeholder}`;
}

/** Names that extensions add to options. */
const ADDED: { readonly [K in OptionKey]?: (extensions: Extensions) => readonly { readonly name: string }[] } = {
  method: ({ method }) => method,
  methods: ({ method }) => method,
  metrics: ({ metric }) => metric,
  metric: ({ metric }) => metric.filter(isTunable),
  format: ({ renderer }) => renderer,
  device: ({ runtime }) => runtime,
};

/** The type of an option's values, with what extensions add to them. */
export function typeOf(key: OptionKey, extensions: Extensions): ValueType<unknown> {
  const { type }: OptionSpec<unknown> = OPTIONS[key];
  const names = ADDED[key]?.(extensions).map(({ name }) => name) ?? [];
  return names.length === 0 || type.with === undefined ? type : type.with(names);
}

/** "uniform, magnitude, decay or last; default uniform": allowed values and default, or "" where there is neither. */
export function optionFacts(key: OptionKey, extensions: Extensions = NO_EXTENSIONS): string {
  const spec: OptionSpec<unknown> = OPTIONS[key];
  const { allowed } = typeOf(key, extensions);
  const parts = [
    ...(allowed === undefined ? [] : [`one of ${allowed.join(", ")}`]),
    ...(spec.default === undefined ? [] : [`default: ${spec.default}`]),
  ];
  return parts.join("; ");
}
