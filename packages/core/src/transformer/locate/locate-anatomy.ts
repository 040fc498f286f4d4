/** @file The parts of any Transformer, found by structure: operators, shapes and paths, never names. */

import { AnatomyError } from "../../errors.ts";
import type { Dimension, Graph } from "../../onnx/model.ts";
import { type Anatomy, classifierAnatomy, type Stream } from "../anatomy.ts";
import { type AttentionSearch, type AttentionSite, findAttention } from "./attention.ts";
import { isCausal } from "./causality.ts";
import { type DataFlow, traceDataFlow } from "./data-flow.ts";
import { findLogits, type Logits, noClasses } from "./logits.ts";
import type { Lookup } from "./lookups.ts";
import { movedPositions } from "./moved-positions.ts";
import { rearranges } from "./operators.ts";
import { kindByBlocks, kindByInputs } from "./other-models.ts";
import { findPatches } from "./patches.ts";
import { findReadout } from "./readout.ts";
import { findStream } from "./residual-stream.ts";
import { findRoles, findSource, type Source } from "./roles.ts";
import { createSearch, type Search } from "./search.ts";

/**
 * Finds the anatomy of a classifier whose graph is written in primitive operators.
 *
 * - The data comes in as integers that look up the largest table (token ids), or as pixels.
 * - Attention is a softmax over the last axis, between a product of two values that depend on the data and a product
 *   with a third.
 * - The hidden state entering a block is the last value [batch, positions, width] before its attention through which
 *   every path of floating-point values from the data to the logits leads.
 *
 * Cost: a few passes over the nodes; weights are not read.
 *
 * @param listed - Number of classes that the configuration of the model names.
 * @throws {UnsupportedModelError} When no output holds logits of classes.
 * @throws {AnatomyError} When a part is not found, or there is more than one candidate. Lists everything that was looked
 * for in vain, and every softmax that is no attention with the reason.
 */
export function locateAnatomy(graph: Graph, opsets: Readonly<Record<string, number>>, listed?: number): Anatomy {
  const { search, source, flow, logits, stream, positions } = locateParts(graph, opsets, listed);
  if (logits.ofWords === true) throw noClasses(search, source, listed);
  return classifierAnatomy(stream, {
    value: logits.value,
    per: logits.per,
    ...(logits.activation === undefined ? {} : { activation: logits.activation }),
    readout: logits.per === "token" ? "each" : findReadout(search, flow, stream.hiddenStates.at(-1) ?? "", positions),
  });
}

/** What was found of a model whatever its head is for. */
export interface LocatedParts {
  readonly search: Search;
  readonly source: Source;
  readonly flow: DataFlow;
  readonly logits: Logits;
  readonly stream: Stream;
  readonly sites: readonly AttentionSite[];
  /** Size of the axis of positions. */
  readonly positions: Dimension;
}

/** As `locateAnatomy`, for any head: logits may be scores of words. @throws As `locateAnatomy`. */
export function locateParts(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  listed: number | undefined,
): LocatedParts {
  const search = createSearch(graph, opsets);
  const source = findSource(search);
  if ("length" in source) throw ofKind(kindByInputs(search), source) ?? failure(source);
  const problems: string[] = [];
  const logits = findLogits(search, source, problems, listed);
  if (logits === undefined) throw failure(problems);
  const flow = traceDataFlow(search, source.values, logits.value);
  const attention = findAttention(search, flow);
  const { sites } = attention;
  if (sites.length === 0)
    problems.push("attention: a softmax between a product of queries and keys and one with values");
  const found = sites.length === 0 ? undefined : findStream(search, flow, sites, source.tokens, problems);
  if (found !== undefined) problems.push(...movedPositions(search, flow, found.hiddenStates));
  const outer = sites.flatMap((site) => site.outer);
  const inputs = findRoles(search, source, logits.value, outer, problems);
  const first = found?.hiddenStates[0];
  const patches =
    source.role === "pixels" && first !== undefined
      ? findPatches(search, flow, source.input, first, problems)
      : undefined;
  const causal = isCausal(search, sites);
  if (found === undefined || problems.length > 0) {
    throw ofKind(kindByBlocks(search, source, sites, problems), problems) ?? failure(problems, attention);
  }

  const words = wordEmbeddings(search, flow, source);
  const stream: Stream = {
    kind: source.kind,
    inputs,
    ...(patches === undefined ? {} : { patches }),
    ...(words === undefined ? {} : { wordEmbeddings: words }),
    ...(search.inputsBehind([logits.value], first).has(inputs.ids ?? "") ? { readsIds: true as const } : {}),
    hiddenStates: found.hiddenStates,
    attentionProbabilities: sites.map((site) => site.probabilities),
    heads: found.heads,
    width: found.width,
    ...(causal ? { causal: true as const } : {}),
  };
  return { search, source, flow, logits, stream, sites, positions: found.positions };
}

/** What is said of a model of a kind that is not known. */
export const UNKNOWN = "it is no Transformer of a kind that calig knows, classifier or language model";

/** The error of a model that is known to be of another kind. */
const ofKind = (kind: string | undefined, problems: readonly string[]): AnatomyError | undefined =>
  kind === undefined ? undefined : new AnatomyError(`Cannot explain the model: it is ${kind}`, problems);

function failure(problems: readonly string[], attention?: AttentionSearch): AnatomyError {
  const { sites = [], rejected = [] } = attention ?? {};
  const found =
    attention === undefined ? [] : [`${sites.length} of ${sites.length + rejected.length} softmaxes are attention`];
  const reasons = rejected.map(({ description, reason }) => `${description}: ${reason}`);
  return new AnatomyError(
    `Cannot explain the model: ${UNKNOWN}. What stands in the way: ${[shortened(problems), ...found, ...(reasons.length === 0 ? [] : [shortened(reasons)])].join("; ")}. calig explains encoders and decoders with one stream of hidden states, whose tokens attend to all tokens or to all earlier ones: no encoder-decoders, no encoders with attention in windows`,
    problems,
  );
}

/** The first few: a model of many blocks has the same problem in each. */
function shortened(lines: readonly string[]): string {
  const shown = lines.length > MOST_LINES + 1 ? lines.slice(0, MOST_LINES) : lines;
  const rest = lines.length - shown.length;
  return [...shown, ...(rest === 0 ? [] : [`and ${rest} more like these`])].join("; ");
}

const MOST_LINES = 3;

/** The looked-up vectors [batch, tokens, width] of the largest table. */
function wordEmbeddings({ index, shape }: Search, flow: DataFlow, { input, lookups }: Source) {
  const own = lookups.filter((lookup) => lookup.input === input && flow.has(lookup.value));
  const largest = own.reduce(
    (most: Lookup | undefined, lookup) =>
      lookup.rows * lookup.width > (most?.rows ?? 0) * (most?.width ?? 0) ? lookup : most,
    undefined,
  );
  let value = largest?.value;
  // Ids of a flattened batch look up rows that are put back into [batch, tokens, width] afterwards.
  // So do those that are looked up with the tokens first.
  const isRow = (found: string) => shape(found)?.length === 3 && shape(found)?.[0] !== shape(input)?.[1];
  while (value !== undefined && !isRow(value)) {
    const [next, ...others] = index.consumers.get(value) ?? [];
    value = next !== undefined && others.length === 0 && rearranges(next) ? next.outputs[0] : undefined;
  }
  return largest === undefined || value === undefined ? undefined : { value, table: largest.table };
}
