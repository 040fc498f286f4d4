/** @file An ONNX model: written with primitives, its anatomy found by structure. Opens no files but those of its tokenizer or image processor. */

import type { Warning } from "../attribution/explanation.ts";
import { gradientCoverage } from "../autodiff/coverage.ts";
import type { RuleRegistry } from "../autodiff/registry.ts";
import { type CanonicalModel, canonicalise } from "../canonical/canonicalise.ts";
import { emptyPasts } from "../canonical/empty-pasts.ts";
import { PASSES } from "../canonical/passes.ts";
import { prepareInputs } from "../canonical/prepare-inputs.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { AnatomyError, UnsupportedModelError } from "../errors.ts";
import { extractGraph } from "../graph/extract.ts";
import { checkFixedSizes } from "../graph/fixed-sizes.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import { modalityOf } from "../modality/modality-of.ts";
import type { Graph, OnnxModel } from "../onnx/model.ts";
import {
  type Anatomy,
  askedTokensOf,
  classifierAnatomy,
  classLogitsOf,
  embeddingAnatomy,
  type LogitsOutput,
  languageModelAnatomy,
  logitsOf,
  maskedModelAnatomy,
  maskedTokensOf,
  nextTokensOf,
  spanAnatomy,
  streamOf,
  type TransformerGraph,
} from "../transformer/anatomy.ts";
import type { ModelFamily } from "../transformer/family.ts";
import { familyConfig } from "../transformer/family-config.ts";
import { familyOf } from "../transformer/family-of.ts";
import { freeBlocks } from "../transformer/locate/free-blocks.ts";
import { askLogits, locateLanguageModel } from "../transformer/locate/language-model.ts";
import { locateAnatomy, locateParts, UNKNOWN } from "../transformer/locate/locate-anatomy.ts";
import { givesWords, logitsOutput } from "../transformer/locate/logits.ts";
import { maskedModel } from "../transformer/locate/masked-model.ts";
import { positionLimit } from "../transformer/locate/position-limit.ts";
import { freesRows, needsRows, takesOneRow } from "../transformer/locate/row-limits.ts";
import { unflattenLogits } from "../transformer/locate/unflatten-logits.ts";
import { builtInputs } from "./built-inputs.ts";
import type { Contents } from "./contents.ts";
import { firstPosition } from "./first-position.ts";
import { EMBEDDING_HEAD, nextTokenHead, onnxHead, SPAN_HEAD } from "./head.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts, WeightFacts, WeightPlace } from "./model-parts.ts";
import { genaiLength } from "./onnx-place.ts";
import { type LogitsGraph, openOwnAnswers, unmeasuredWarning } from "./own-answers.ts";
import { withEmbeddingOutput, withPooledOutput } from "./pooled-output.ts";
import { readImageProcessor, readTokenizer, tokenizerFacts } from "./preprocessors.ts";
import type { SentenceModel } from "./sentence-model.ts";
import { answersBySpans, withSpanOutput } from "./span-output.ts";

/** Tokens read where neither configuration nor tokenizer nor a table of positions limits them. */
const FALLBACK_LENGTH = 512;

/** A decoded ONNX model and what lies beside it. */
export interface OnnxSource {
  /** Name of the file, for messages. */
  readonly name: string;
  readonly config: CheckpointConfig | undefined;
  /** Small tensors in memory: sizes and constants are computed with. */
  readonly graph: Graph;
  readonly opsets: Readonly<Record<string, number>>;
  readonly weights: WeightFacts;
  readonly place: WeightPlace;
  /** The graph with its large tensors at their `place`. */
  externalise(graph: Graph): Graph;
  /** Of the tokenizer or the image processor. */
  readonly contents: Contents;
  /** Models that make embeddings of texts. */
  readonly sentences?: SentenceModel;
  /** The output that is the embedding of one of two towers; the graph gives nothing else. */
  readonly tower?: string;
  /** Whether the model is too large to be run whole. */
  readonly streamed: boolean;
  /** What is known to be worth a warning already. */
  readonly warnings: readonly Warning[];
  readonly context: LoadContext;
}

/** The parts of an ONNX model, without what is known of its files. */
export type OnnxParts = Omit<ModelParts, "read" | "streamed" | "prepack">;

/**
 * Rewrites an ONNX model and finds its parts. Without config.json classes are called LABEL_0, LABEL_1, ...
 *
 * A file of quantised or half-precision arithmetic is run as it is, too, to tell how far its logits move, unless it is too
 * large to be run whole.
 *
 * @throws {CheckpointError} When files are missing or do not fit each other.
 * @throws {UnsupportedModelError} When the graph cannot be rewritten, or holds a model for another task; whoever read the
 * file has asked `checkTask` for what config.json says.
 * @throws {AnatomyError} When the parts of a Transformer are not found.
 */
export async function onnxParts(source: OnnxSource): Promise<OnnxParts> {
  const { config, place, context } = source;
  const { knowledge, runtime } = context;
  const warnings = [...source.warnings];
  const opsetsOfFile = { "com.microsoft": 1, ...source.opsets };
  // A file that goes on with a text is run as one that starts it.
  const started = emptyPasts({ graph: source.graph, opsets: opsetsOfFile });
  const pictures = readsPixels(started.graph) ? await readImageProcessor([source.contents]) : undefined;
  const pixels = pictures?.size;
  const original = {
    graph: prepareInputs(started.graph, pixels === undefined ? {} : { pixels }),
    opsets: opsetsOfFile,
  };
  checkFixedSizes(original.graph, original.opsets, source.weights.bytes);
  const rewritten = canonicalise(original, [...knowledge.passes, ...PASSES]);
  const noted = { ...rewritten, notes: [...started.notes, ...rewritten.notes] };
  const { sentences, tower } = source;
  const isEmbedding = sentences !== undefined || tower !== undefined;
  const spans = !isEmbedding && answersBySpans(config, source.graph, context.task);
  // The number of classes that a configuration names is no number of start and end logits.
  const listed = spans || tower !== undefined ? undefined : listedClasses(config);
  const canonical: LogitsModel = spans
    ? { ...noted, graph: withSpanOutput(noted.graph, noted.opsets) }
    : sentences === undefined
      ? tower === undefined
        ? onlyLogits(noted, listed)
        : { ...noted, graph: withEmbeddingOutput(noted.graph, noted.opsets, tower), logits: tower }
      : { ...noted, graph: withPooledOutput(noted.graph, noted.opsets, sentences.plan) };
  const { activation } = canonical;
  const located = locate(canonical, listed, knowledge.rules);
  const stream = streamOf(located.anatomy);
  const first = stream.inputs.positionIds === undefined ? 0 : firstPosition(config);
  const classified = withFirstPosition(located.anatomy, first, activation);
  const anatomy = spans
    ? spanAnatomy(streamOf(classified), classLogitsOf(classified))
    : isEmbedding
      ? embeddingAnatomy(streamOf(classified), {
          ...classLogitsOf(classified),
          ...(tower === undefined ? {} : { shared: true }),
        })
      : classified;
  checkLength(canonical.graph, anatomy);
  const { graph, opsets } = freeBlocks({ ...located, anatomy });
  checkFixedSizes(graph, opsets, source.weights.bytes); // branches that were decided, too
  const free: TransformerGraph = { graph, opsets, anatomy };
  const limits = { inputs: takesOneRow(free), states: !freesRows(free), filled: needsRows(free) };
  const classes = inferShapes(graph, opsets).get(logitsOf(anatomy).value)?.shape?.at(-1) as number;
  const family =
    config !== undefined && knowledge.families.has(config.modelType)
      ? await familyOf(config.modelType, knowledge.families)
      : undefined;
  const kind = canonical.dequantised ? "quantised" : canonical.widened ? "half-precision" : undefined;
  const ownLogits = located.logitsInFile ?? canonical.logits ?? logitsOf(anatomy).value;
  const hindrance = source.streamed
    ? "the model is not run whole"
    : original.graph.nodes.some(({ outputs }) => outputs.includes(ownLogits))
      ? undefined
      : spans
        ? "its starts and ends are joined outside of the file"
        : sentences === undefined
          ? "the file has no such value before its probabilities"
          : "its embeddings are pooled outside of the file";
  const most =
    streamOf(anatomy).inputs.ids !== undefined
      ? maxLength(family, config, free, await genaiLength(source.contents))
      : undefined;
  const longest = most === undefined ? undefined : Math.min(most, sentences?.maxTokens ?? most);
  const forward: TransformerGraph = { ...free, graph: source.externalise(graph) };
  const asked = askedTokensOf(anatomy);
  const { warnings: surprises, ...head } = spans
    ? SPAN_HEAD
    : asked !== undefined
      ? nextTokenHead(asked)
      : isEmbedding
        ? { ...EMBEDDING_HEAD, classes }
        : onnxHead(config, classLogitsOf(anatomy), classes);
  warnings.push(...surprises, ...(sentences?.warnings ?? []));
  const tokenizer =
    longest === undefined
      ? undefined
      : await readTokenizer([source.contents], tokenizerFacts(config, forward, longest), context);
  const parts = {
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(pictures === undefined ? {} : { imageProcessor: pictures.imageProcessor }),
  };
  if (kind !== undefined && hindrance !== undefined) {
    warnings.push(unmeasuredWarning(source.name, kind, hindrance));
  }
  const opened =
    kind === undefined || hindrance !== undefined
      ? undefined
      : await openOwnAnswers({
          file: source.name,
          kind,
          accepted: context.acceptDifference ?? false,
          original: {
            ...original,
            ...asAsked({ ...original, graph: source.externalise(original.graph) }, ownLogits, asked?.positions),
          },
          rewritten: { graph: forward.graph, opsets, logits: logitsOf(anatomy).value },
          classes,
          branches: streamOf(anatomy).inputs.branches,
          bytes: source.weights.bytes,
          runtime,
          place,
          inputs: await builtInputs(forward, parts),
        });
  warnings.push(...(opened?.warnings ?? []));
  return {
    family: family?.name ?? config?.modelType ?? "unknown",
    config,
    weights: source.weights,
    place,
    forward,
    sweep: forward,
    modality: modalityOf(streamOf(anatomy).kind, [...knowledge.modalities, ...(await knowledge.ownModalities())]),
    rules: knowledge.rules,
    ...(ownLogits === logitsOf(anatomy).value ? {} : { logitsInFile: ownLogits }),
    ...(Object.values(limits).includes(true) ? { limits } : {}),
    ...head,
    ...(sentences === undefined ? {} : { sentences: sentences.settings }),
    ...parts,
    ...(opened === undefined ? {} : { ownAnswers: opened.answers, release: () => opened.dispose() }),
    warnings,
    notes: limits.states ? [...canonical.notes, ONE_ROW] : canonical.notes,
  };
}

const ONE_ROW =
  "exported for a batch of 1 that could not be freed: every point of a path is run by itself, which takes longer";

/** How notes on operators that were not rewritten go on. */
const LEFT = "left as it is: ";

/** Numbers [batch, channels, height, width], and no token ids beside them: caches of decoders have four axes, too. */
const readsPixels = ({ inputs }: Graph): boolean =>
  inputs.some(({ dtype, shape }) => shape?.length === 4 && /^b?float/.test(dtype ?? "")) &&
  !inputs.some(({ dtype, shape }) => shape?.length === 2 && /^int/.test(dtype ?? ""));

/** Number of classes that the configuration names, where it does. */
const listedClasses = (config: CheckpointConfig | undefined): number | undefined =>
  config?.has("id2label") === true || config?.has("num_labels") === true ? config.numLabels : undefined;

/** A canonical graph and, where its logits were given their axes back, which value of the file they are and what made probabilities of it. */
type LogitsModel = CanonicalModel & { readonly logits?: string; readonly activation?: LogitsOutput["activation"] };

/** The graph without what the logits do not need, as a loss and its labels, and with an axis for tokens where they had none. */
function onlyLogits(canonical: CanonicalModel, listed: number | undefined): LogitsModel {
  const { opsets, notes } = canonical;
  const unflattened = unflattenLogits(canonical.graph, opsets, listed);
  if (unflattened !== undefined) {
    const { from, to, activation } = unflattened;
    const graph = extractGraph(unflattened.graph, { outputs: [to] });
    return {
      ...canonical,
      graph,
      logits: from,
      activation,
      notes: [...notes, "flattened logits of tokens in rows again"],
    };
  }
  const output = logitsOutput(canonical.graph, opsets, listed);
  if (output === undefined || canonical.graph.outputs.length === 1) return canonical;
  return { ...canonical, graph: extractGraph(canonical.graph, { outputs: [output] }) };
}

/** A graph whose parts are known, and the value of the file that is its logits, where that is another one. */
type LocatedModel = TransformerGraph & { readonly logitsInFile?: string };

/** The anatomy; where there is none, everything else that is in the way is told, too. */
function locate(
  { graph, opsets, notes }: CanonicalModel,
  listed: number | undefined,
  rules: RuleRegistry,
): LocatedModel {
  try {
    if (givesWords(graph, opsets, listed)) {
      const parts = locateParts(graph, opsets, listed);
      return parts.stream.causal === true
        ? locateLanguageModel(graph, opsets, listed)
        : maskedModel(graph, opsets, parts);
    }
    return { graph, opsets, anatomy: locateAnatomy(graph, opsets, listed) };
  } catch (error) {
    if (!(error instanceof AnatomyError)) throw error;
    const missing = gradientCoverage(graph, opsets, rules).filter(({ status }) => status === "missing");
    if (missing.length === 0 || !error.message.includes(UNKNOWN)) throw error;
    const operators = missing.map(({ opType, count }) => `${opType} (${count})`).join(", ");
    const left = notes.filter((note) => note.includes(LEFT));
    const why =
      left.length === 0 ? "" : `. ${left[0]}${left.length > 1 ? `, and ${left.length - 1} more like it` : ""}`;
    throw new AnatomyError(`${error.message}. Operators without a gradient rule: ${operators}${why}`, error.problems);
  }
}

/** The anatomy with what the configuration says of positions, and what the file makes probabilities of its logits with. */
function withFirstPosition(anatomy: Anatomy, first: number, activation: LogitsOutput["activation"]): Anatomy {
  const stream = { ...streamOf(anatomy), ...(first === 0 ? {} : { firstPosition: first }) };
  const [next, masked] = [nextTokensOf(anatomy), maskedTokensOf(anatomy)];
  if (next !== undefined) return languageModelAnatomy(stream, next);
  if (masked !== undefined) return maskedModelAnatomy(stream, masked);
  return classifierAnatomy(stream, {
    ...classLogitsOf(anatomy),
    ...(activation === undefined ? {} : { activation }),
  });
}

/** The logits of the file at the positions that are asked for, where it predicts tokens. */
function asAsked(
  { graph, opsets }: Pick<OnnxModel, "graph" | "opsets">,
  logits: string,
  positions: string | undefined,
): Pick<LogitsGraph, "graph" | "logits"> {
  return positions === undefined ? { graph, logits } : askLogits(graph, opsets, logits, positions);
}

function checkLength(graph: Graph, anatomy: Anatomy): void {
  const { ids } = streamOf(anatomy).inputs;
  const tokens = graph.inputs.find(({ name }) => name === ids)?.shape?.[1];
  if (typeof tokens !== "number") return;
  throw new UnsupportedModelError(
    `Cannot explain the model: it was exported for texts of exactly ${tokens} tokens; export it with dynamic axes`,
    [{ reason: `fixed length of ${tokens} tokens` }],
  );
}

/** What the family says of its configuration, else what the configuration and the tables of positions allow. */
function maxLength(
  family: ModelFamily | undefined,
  config: CheckpointConfig | undefined,
  model: TransformerGraph,
  genai: number | undefined,
): number {
  const stated =
    config === undefined || family === undefined ? undefined : family.maxLength(familyConfig(family, config));
  if (stated !== undefined) return stated;
  const limits = [
    positionLimit(model),
    genai,
    config?.has("max_position_embeddings") === true ? config.integer("max_position_embeddings") : undefined,
  ].filter((limit) => limit !== undefined);
  return limits.length === 0 ? FALLBACK_LENGTH : Math.min(...limits);
}
