/**
 * @file Sound as a kind of input: frames of samples, compared with silence and replaced by it; and a small Transformer over
 * frames that reads it. A modality and a model family from outside.
 *
 * const model = await loadModel("wave-classifier/", { modalities: [audio], families: [waveFrames] });
 * const explanation = await explain<AudioInput>(model, { audio: samples });
 */

import {
  type BaselineStates,
  classifierAnatomy,
  defineFamily,
  defineModality,
  describeNamed,
  type ExplainableModel,
  type Feeds,
  floatTensor,
  GraphBuilder,
  InputError,
  InvalidOptionError,
  layerNorm,
  linear,
  nameLine,
  onlyPart,
  Parameters,
  type PreparedInput,
  type PreparedWhole,
  perceptron,
  preNormBlocks,
  propagated,
  zeroStates,
} from "calig/extend";

/** Samples of one channel at `RATE`, -1..1. */
export interface AudioInput {
  readonly audio: Float32Array;
}

const RATE = 1600;
/** Samples of a frame: a tenth of a second. */
const FRAME = 160;
const NOUN = { one: "frame", many: "frames" };

interface PreparedAudio extends PreparedInput {
  /** Whole frames, the last one filled with silence [frames x FRAME]. */
  readonly frames: Float32Array;
}
type Whole = PreparedWhole<PreparedAudio>;

export const audio = defineModality<AudioInput, Whole>({
  name: "audio",
  noun: { one: "a sound", many: "sounds" },
  field: "audio",
  featureKinds: ["frame"],
  layerWeights: "uniform",
  meanHasSpecials: true,
  baselines: {
    names: ["silence", "zero"],
    defaultName: () => "silence",
    states: async (model, input: PreparedAudio, name) =>
      name === "zero" ? zeroStates(model, input) : statesOf(model, new Float32Array(input.frames.length)),
    async custom(model, input: PreparedAudio, baseline) {
      const frames = framesOf(baseline as AudioInput);
      if (frames.length === input.frames.length) return statesOf(model, frames);
      throw new InvalidOptionError("Cannot use a sound of another length as the baseline: cut it first", "baseline");
    },
  },
  replacements: { names: ["silence"], defaultName: () => "silence" },
  async prepare(model, input) {
    const prepared = preparedOf(model, framesOf(input));
    return { parts: [onlyPart(prepared)], featureCount: prepared.features.length, warnings: [] };
  },
  describe: (_model, whole, attribution) =>
    describeNamed({ kind: "audio", noun: NOUN }, namesOf(whole.featureCount), attribution),
  perturb(model, whole, { replacement }) {
    const count = whole.featureCount;
    const own = whole.parts[0]?.input.frames ?? new Float32Array();
    const { text, features } = nameLine(namesOf(count));
    const variant = (frameAt: (index: number) => number | undefined) =>
      ordered(
        own,
        Array.from({ length: count }, (_, index) => frameAt(index)),
      );
    const partsOf = (frames: Float32Array) => [onlyPart(preparedOf(model, frames))];
    return {
      parts: whole.parts,
      positionCount: count,
      warnings: [],
      features: features.map(({ start, end }, index) => ({ positions: [index], start, end })),
      replacement: {
        name: replacement,
        featureCount: count,
        positions: count,
        parts: [
          {
            share: 1,
            feeds: (variants) =>
              feedsOf(
                model,
                variants.map((kept) => variant((index) => (kept[index] === 1 ? index : undefined))),
              ),
          },
        ],
      },
      shown: { input: { kind: "audio", text, noun: NOUN }, features },
      permuted(others) {
        const places = [...others].sort((a, b) => a - b);
        const moved = new Map(places.map((place, i) => [place, others[i]]));
        return partsOf(variant((index) => moved.get(index) ?? index));
      },
      removed: (removed) => partsOf(variant((index) => (removed.includes(index) ? undefined : index))),
    };
  },
});

function framesOf({ audio: samples }: AudioInput): Float32Array {
  if (!(samples instanceof Float32Array) || samples.length === 0) {
    throw new InputError("Cannot explain the sound: give samples as a Float32Array");
  }
  const frames = new Float32Array(Math.ceil(samples.length / FRAME) * FRAME);
  frames.set(samples);
  return frames;
}

/** Frames of a sound in another order; silence where there is none. */
function ordered(own: Float32Array, order: readonly (number | undefined)[]): Float32Array {
  const frames = new Float32Array(order.length * FRAME);
  order.forEach((from, to) => {
    if (from !== undefined) frames.set(own.subarray(from * FRAME, (from + 1) * FRAME), to * FRAME);
  });
  return frames;
}

const namesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${((index * FRAME) / RATE).toFixed(1)}s` }));

/** Sounds of one length, one row each. */
function feedsOf(model: ExplainableModel, rows: readonly Float32Array[]): Feeds {
  const data = Float32Array.from(rows.flatMap((row) => [...row]));
  const shape = [rows.length, (rows[0]?.length ?? 0) / FRAME, FRAME];
  return { [model.anatomy.streams[0].inputs.values ?? ""]: floatTensor(data, shape) };
}

const preparedOf = (model: ExplainableModel, frames: Float32Array): PreparedAudio => ({
  frames,
  feeds: feedsOf(model, [frames]),
  features: Array.from({ length: frames.length / FRAME }, () => ({ special: false })),
  replaceable: new Float32Array(frames.length / FRAME).fill(1),
  warnings: [],
});

const statesOf = async (model: ExplainableModel, frames: Float32Array): Promise<BaselineStates> =>
  propagated(await model.programs.forward(feedsOf(model, [frames])));

/** A linear layer on each frame, blocks, the mean of the frames, a linear layer. */
export const waveFrames = defineFamily({
  name: "wave-frames",
  modelTypes: ["wave-frames"],
  kind: "audio",
  maxLength: () => undefined,
  build(config, weights) {
    const builder = new GraphBuilder({ name: "wave-frames" });
    const all = new Parameters(builder, weights);
    const [width, heads] = [config.integer("hidden_size"), config.integer("num_attention_heads")];
    const [inner, epsilon] = [config.integer("intermediate_size"), 1e-5];
    const values = builder.input("input_values", "float32", ["batch", "frames", FRAME]);
    const layers = Array.from({ length: config.integer("num_hidden_layers") }, (_, b) => {
      const at = all.at(`blocks.${b}`);
      const [query, key, value] = [at.at("query"), at.at("key"), at.at("value")];
      return {
        attentionNorm: at.at("norm1"),
        projections: { kind: "separate", query, key, value, bias: { query: true, key: true, value: true } },
        mix: at.at("mix"),
        feedForwardNorm: at.at("norm2"),
        feedForward: perceptron(
          builder,
          { expand: at.at("expand"), contract: at.at("contract") },
          { width, inner, act: "gelu" },
        ),
      } as const;
    });
    const embedded = linear(builder, values, all.at("embed"), FRAME, width);
    const { output, ...inside } = preNormBlocks(builder, embedded, layers, { width, heads, epsilon }, undefined);
    const mean = builder.reduceMean(layerNorm(builder, output, all.at("norm"), width, epsilon), [1], false);
    const scores = linear(builder, mean, all.at("classifier"), width, config.numLabels);
    const logits = builder.output(scores, "logits", "float32", ["batch", config.numLabels]);
    all.check();
    const anatomy = classifierAnatomy(
      { kind: "audio", inputs: { values }, ...inside, heads, width },
      { value: logits, per: "input", readout: "mean" },
    );
    return { graph: builder.build(), opsets: builder.opsets, anatomy };
  },
});
