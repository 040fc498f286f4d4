/** @file Runs a model of test/golden/parity-*.json and compares it with the reference; tools/README.md describes the files. */

import { readdirSync, readFileSync } from "node:fs";
import { buildGradientGraph } from "@calig/core/internal/autodiff/backward";
import { parseConfig } from "@calig/core/internal/checkpoint/config";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { anyWeights, checkpointWeights as readWeights } from "@calig/core/internal/loading/checkpoint-weights";
import { readContents } from "@calig/core/internal/loading/contents";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { elementCount, floatTensor, intTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import { logitsOf, nextTokensOf, streamOf, type TransformerGraph } from "@calig/core/internal/transformer/anatomy";
import type { BuildOptions } from "@calig/core/internal/transformer/family";
import { familyConfig } from "@calig/core/internal/transformer/family-config";
import type { WeightSource } from "@calig/core/internal/transformer/parameters";
import { diskStore } from "@calig/node/internal/node/disk-store";
import { familyOf } from "./families.ts";
import { hashedWeights } from "./hashed-model.ts";
import { uniform } from "./hashed-weights.ts";
import { runGraph } from "./run-graph.ts";

/** A tensor by some of its elements (`places`); `largest` is the largest magnitude of all of them. */
export interface Sample {
  readonly shape: readonly number[];
  readonly largest: number;
  readonly values: readonly number[];
}

/** Numbers of one model, and what it takes to make the same model. */
export interface ParityCase {
  readonly name: string;
  readonly config: { readonly model_type: string };
  /** Where the weights are, if not hashed: "models/sst2" of this repository, or the name of a folder elsewhere. */
  readonly checkpoint?: string;
  readonly gain: number;
  /** Hashed weights: all, or those that the checkpoint lacks. */
  readonly tensors: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly inputs: {
    readonly ids?: readonly (readonly number[])[];
    readonly typeIds?: readonly (readonly number[])[];
    readonly mask?: readonly (readonly number[])[];
    /** Of decoders that predict tokens: which positions are asked, the same in every row. */
    readonly positions?: readonly (readonly number[])[];
    /** Shape; the elements are `uniform("pixels", ...)`. */
    readonly pixels?: readonly number[];
  };
  /** The logit whose gradients are given, summed over the batch. */
  readonly target: {
    readonly class: number;
    readonly token?: number;
    /** Tokens at the positions that are asked, whose log-probability `relevance` is of. Default: it is of the logit. */
    readonly answer?: readonly number[];
  };
  readonly logits: Pick<Sample, "shape" | "values">;
  readonly hiddenStates: readonly Sample[];
  readonly attention: readonly Sample[];
  readonly gradients: { readonly hiddenStates: readonly Sample[]; readonly attention: readonly Sample[] };
  /**
   * Of decoders: Integrated Gradients of the first input at the entry of every block, from 0.9 times the hidden state, by
   * four points of Gauss-Legendre [blocks][positions].
   */
  readonly relevance?: readonly (readonly number[])[];
}

export interface ParityFile {
  /** Part of the file's name: "text". */
  readonly name: string;
  readonly made: Readonly<Record<string, string>>;
  readonly cases: readonly ParityCase[];
}

const GOLDEN = new URL("../golden/", import.meta.url);

export function readParityFile(name: string): ParityFile {
  const contents = JSON.parse(readFileSync(new URL(`parity-${name}.json`, GOLDEN), "utf8")) as Omit<ParityFile, "name">;
  return { name, ...contents };
}

/** All of them, by name. */
export function readParityFiles(): readonly ParityFile[] {
  const names = readdirSync(GOLDEN).flatMap((file) => /^parity-(.+)\.json$/.exec(file)?.[1] ?? []);
  return names.sort().map(readParityFile);
}

/** The model of a case; `weights` default to hashed ones. */
export function parityModel(
  { config, tensors, gain, inputs }: ParityCase,
  options: BuildOptions = {},
  weights: WeightSource = hashedWeights(tensors, gain),
): TransformerGraph {
  const family = familyOf(config.model_type);
  const parsed = familyConfig(family, parseConfig(JSON.stringify(config), "config.json"));
  const [, , height = 0, width = 0] = inputs.pixels ?? [];
  const inputSize = inputs.pixels === undefined ? {} : { inputSize: { width, height } };
  return family.build(parsed, weights, { ...inputSize, ...options });
}

/** The weights of a case that come from a checkpoint folder, and those it lacks. */
async function checkpointWeights({ tensors, gain }: ParityCase, folder: string) {
  const { source, place } = await readWeights(await anyWeights(await readContents(diskStore(folder))));
  const hashed = hashedWeights(tensors, gain);
  const weights: WeightSource = {
    description: source.description,
    names: new Set([...source.names, ...hashed.names]),
    get: (name) => (hashed.names.has(name) ? hashed : source).get(name),
  };
  return { weights, weightsFolder: place.weightsFolder as string };
}

/** The inputs of a case as feeds of its model. */
export function parityFeeds({ anatomy }: TransformerGraph, { inputs }: ParityCase): Feeds {
  const feeds: [string, Feeds[string]][] = [];
  for (const role of ["ids", "typeIds", "mask"] as const) {
    const name = streamOf(anatomy).inputs[role];
    const rows = inputs[role] ?? inputs.ids?.map((row) => row.map(() => (role === "mask" ? 1 : 0)));
    if (name !== undefined && rows !== undefined)
      feeds.push([name, intTensor(rows.flat(), [rows.length, rows[0]?.length ?? 0])]);
  }
  const rows = inputs.ids ?? [];
  const { places, positionIds, branches } = streamOf(anatomy).inputs;
  const perToken = (name: string | undefined, at: (token: number) => number) => {
    if (name === undefined) return;
    const data = rows.flatMap((row) => [...row.keys()].map(at));
    feeds.push([name, intTensor(data, [rows.length, rows[0]?.length ?? 0])]);
  };
  for (const name of [places, positionIds]) perToken(name, (token) => token);
  perToken(branches, () => 0);
  const next = nextTokensOf(anatomy);
  if (next !== undefined && inputs.positions !== undefined) {
    const asked = inputs.positions;
    feeds.push([next.positions, intTensor(asked.flat(), [asked.length, asked[0]?.length ?? 0])]);
  }
  const { pixels } = streamOf(anatomy).inputs;
  if (pixels !== undefined && inputs.pixels !== undefined) {
    const count = inputs.pixels.reduce((product, size) => product * size, 1);
    feeds.push([pixels, floatTensor(uniform("pixels", count), inputs.pixels)]);
  }
  return Object.fromEntries(feeds);
}

/** Largest differences, each relative to the largest magnitude of its tensor. */
export interface ParityDifferences {
  readonly logits: number;
  readonly hiddenStates: number;
  readonly attention: number;
  readonly gradients: number;
}

export interface ParityOptions extends BuildOptions {
  /** Folder of the weights of a case that names a checkpoint. */
  readonly folder?: string;
}

/** Runs the model of a case, and its gradients, and compares everything that the case has. */
export async function compareParity(reference: ParityCase, options: ParityOptions = {}): Promise<ParityDifferences> {
  const { folder } = options;
  const stored = folder === undefined ? undefined : await checkpointWeights(reference, folder);
  return compareModel(parityModel(reference, options, stored?.weights), reference, stored?.weightsFolder);
}

/** The same for any model that should compute what the case has. */
export async function compareModel(
  model: TransformerGraph,
  reference: ParityCase,
  weightsFolder?: string,
): Promise<ParityDifferences> {
  const { graph, anatomy, opsets } = model;
  const { target } = reference;
  const builder = new GraphBuilder({ from: graph, opsets, prefix: "test/" });
  const token =
    target.token === undefined
      ? logitsOf(anatomy).value
      : builder.slice(logitsOf(anatomy).value, 1, target.token, target.token + 1);
  const logit = builder.slice(token, -1, target.class, target.class + 1);
  const { graph: differentiated, gradients } = buildGradientGraph(builder.build(), {
    of: logit,
    withRespectTo: [...streamOf(anatomy).hiddenStates, ...streamOf(anatomy).attentionProbabilities],
    opsets,
  });
  const gradientsOf = (values: readonly string[]) => values.map((value) => gradients.get(value) ?? "");
  const compared = [
    { values: streamOf(anatomy).hiddenStates, samples: reference.hiddenStates, what: "hiddenStates" },
    { values: streamOf(anatomy).attentionProbabilities, samples: reference.attention, what: "attention" },
    {
      values: gradientsOf(streamOf(anatomy).hiddenStates),
      samples: reference.gradients.hiddenStates,
      what: "gradients",
    },
    {
      values: gradientsOf(streamOf(anatomy).attentionProbabilities),
      samples: reference.gradients.attention,
      what: "gradients",
    },
  ] as const;
  const outputs = [logitsOf(anatomy).value, ...compared.flatMap(({ values }) => values)];
  const [logits, ...tensors] = await runGraph(
    differentiated,
    opsets,
    outputs,
    parityFeeds(model, reference),
    weightsFolder,
  );
  const worst = { logits: 0, hiddenStates: 0, attention: 0, gradients: 0 };
  const { shape, values } = reference.logits;
  worst.logits = largestDifference(logits as Tensor, shape, values);
  for (const { samples, what, values } of compared) {
    if (values.length !== samples.length) return { ...worst, [what]: Number.POSITIVE_INFINITY };
    for (const sample of samples) {
      const asked = reference.inputs.positions?.[0];
      worst[what] = Math.max(worst[what], sampleDifference(tensors.shift() as Tensor, sample, asked));
    }
  }
  return worst;
}

/** As `sampleDifference`, of tensors that are stored whole. */
function largestDifference(actual: Tensor, shape: readonly number[], values: readonly number[]): number {
  if (shape.join() !== actual.shape.join()) return Number.POSITIVE_INFINITY;
  const apart = values.map((value, i) => Math.abs(Number(actual.data[i]) - value));
  return Math.max(...apart) / Math.max(...values.map(Math.abs));
}

/** Which elements of a flat tensor a sample holds. */
export function places(size: number, count: number): number[] {
  return Array.from(uniform("places", count), (u) => Math.trunc(((u + 1) / 2) * size));
}

/** Largest difference of the elements that both have, relative to the largest of the reference. */
function sampleDifference(
  actual: Tensor,
  { shape, largest, values }: Sample,
  asked: readonly number[] | undefined,
): number {
  const size = elementCount(shape);
  let worst = 0;
  for (const [i, place] of places(size, values.length).entries()) {
    const own = ownPlace(actual.shape, shape, place, asked);
    if (own === undefined) continue;
    // A NaN must count as a difference.
    const apart = Math.abs(Number(actual.data[own]) - (values[i] as number)) / largest;
    worst = apart <= worst ? worst : apart;
  }
  return worst;
}

/**
 * The place in `actual` of an element of `expected`, undefined where it was not computed: the last attention map may
 * have some queries only, those that are asked for, or the first.
 */
function ownPlace(
  actual: readonly number[],
  expected: readonly number[],
  place: number,
  asked: readonly number[] | undefined,
): number | undefined {
  let rest = place;
  let own = 0;
  let stride = 1;
  for (let axis = expected.length - 1; axis >= 0; axis--) {
    const row = rest % (expected[axis] as number);
    const taken = axis === expected.length - 2 && actual[axis] !== expected[axis] ? asked : undefined;
    const index = taken === undefined ? row : taken.indexOf(row);
    rest = Math.trunc(rest / (expected[axis] as number));
    if (index < 0 || index >= (actual[axis] ?? 0)) return undefined;
    own += index * stride;
    stride *= actual[axis] as number;
  }
  return own;
}
