/**
 * @file Sound as a kind of input: frames of samples, compared with silence and replaced by it; and a small Transformer over
 * frames that reads it. A modality and a model family from outside.
 *
 * const model = await loadModel("wave-classifier/", { modalities: [audio], families: [waveFrames] });
 * const explanation = await explain<AudioInput>(model, { audio: samples });
 *
 * calig explain --audio clip.wav --model wave-classifier/ --plugin audio-modality.ts
 */

import {
  type BaselineStates,
  classifierAnatomy,
  defineFamily,
  defineModality,
  defineOption,
  defineReplacement,
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
  wholeNumber,
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

/** Removed frames are silent. */
const silence = defineReplacement<Whole>({
  name: "silence",
  kind: "audio",
  becomes: "silence",
  open({ model, whole }) {
    const own = whole.parts[0]?.input.frames ?? new Float32Array();
    const kept = (isKept: (index: number) => boolean) =>
      ordered(
        own,
        Array.from({ length: whole.featureCount }, (_, index) => (isKept(index) ? index : undefined)),
      );
    return {
      positions: whole.featureCount,
      parts: [
        {
          share: 1,
          logits(variants) {
            const sounds = variants.map((variant) => kept((index) => variant[index] === 1));
            return model.programs.logits(feedsOf(model, sounds));
          },
        },
      ],
      removed: (removed) => [
        onlyPart(
          preparedOf(
            model,
            kept((index) => !removed.includes(index)),
          ),
        ),
      ],
    };
  },
});

export const audio = defineModality<AudioInput, Whole>({
  name: "audio",
  noun: { one: "a sound", many: "sounds" },
  field: "audio",
  file: {
    called: "sound",
    calledMany: "sounds",
    formats: "WAV of 16 bits",
    endings: [".wav"],
    accept: "audio/wav,.wav",
    options: {
      channel: defineOption({
        type: wholeNumber({ min: 0, max: 7 }),
        group: "Input",
        summary: "which channel of a sound is heard, from 0",
        default: 0,
      }),
    },
    read: async ({ bytes, name = "the sound" }, { channel = 0 }) => ({
      audio: waveSamples(bytes, name, Number(channel)),
    }),
  },
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
  replacements: { all: [silence], defaultName: () => "silence" },
  async prepare(model, input) {
    const prepared = preparedOf(model, framesOf(input));
    return { parts: [onlyPart(prepared)], featureCount: prepared.features.length, warnings: [] };
  },
  describe: (_model, whole, attribution) =>
    describeNamed({ kind: "audio", noun: NOUN }, namesOf(whole.featureCount), attribution),
  perturb(model, whole) {
    const count = whole.featureCount;
    const own = whole.parts[0]?.input.frames ?? new Float32Array();
    const { text, features } = nameLine(namesOf(count));
    return {
      parts: whole.parts,
      positionCount: count,
      warnings: [],
      features: features.map(({ start, end }, index) => ({ positions: [index], start, end })),
      shown: { input: { kind: "audio", text, noun: NOUN }, features },
      permuted(others) {
        const places = [...others].sort((a, b) => a - b);
        const moved = new Map(places.map((place, i) => [place, others[i]]));
        const order = Array.from({ length: count }, (_, index) => moved.get(index) ?? index);
        return [onlyPart(preparedOf(model, ordered(own, order)))];
      },
    };
  },
});

/** Samples of one channel of a WAV file of 16 bits. */
function waveSamples(bytes: Uint8Array, name: string, channel: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const refuse = (found: string): InputError =>
    new InputError(`Cannot read ${name}: ${found}; give a WAV of 16 bits and ${RATE} samples a second`);
  if (bytes.length < 12 || tag(0) !== "RIFF" || tag(8) !== "WAVE") throw refuse("it is no WAV");
  let [channels, rate, bits] = [0, 0, 0];
  for (
    let at = 12;
    at + 8 <= bytes.length;
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2)
  ) {
    const [start, size] = [at + 8, Math.min(view.getUint32(at + 4, true), bytes.length - at - 8)];
    if (tag(at) === "fmt " && size >= 16) {
      [channels, rate, bits] = [
        view.getUint16(start + 2, true),
        view.getUint32(start + 4, true),
        view.getUint16(start + 14, true),
      ];
    }
    if (tag(at) !== "data") continue;
    if (rate !== RATE || bits !== 16) throw refuse(`it has ${bits} bits and ${rate} samples a second`);
    if (channel >= channels) throw refuse(`it has ${channels} channels, and ${channel} is asked for, counted from 0`);
    const count = Math.floor(size / (2 * channels));
    return Float32Array.from(
      { length: count },
      (_, i) => view.getInt16(start + 2 * (i * channels + channel), true) / 32_768,
    );
  }
  throw refuse("it has no samples");
}

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
