/** @file The inputs of a data set, each with what the model says to it and an explanation by features. */

import type { ExplainableModel, PreparedWhole } from "../attribution/explainable-model.ts";
import { withoutOwnAnswers } from "../attribution/own-answers.ts";
import { InputError, InvalidOptionError, isCaligError } from "../errors.ts";
import { type Dataset, type DatasetItem, readInput } from "../evaluation/dataset.ts";
import type { MeasurementStore } from "../evaluation/kept-measurements.ts";
import { openPerturbable } from "../evaluation/measure-input.ts";
import { type ReadTruth, truthReader } from "../evaluation/truth.ts";
import { contentOf } from "../util/content.ts";
import { VERSION } from "../util/version.ts";
import { type Answer, Answers, answerOf, type Classes } from "./answers.ts";
import type { CueSubject } from "./cue.ts";
import { explained, leftOutOf } from "./input-maps.ts";
import type { FindKnown } from "./known-explanations.ts";
import { featureStates } from "./states.ts";

/** An input that was read and explained. */
export interface Subject extends CueSubject {
  readonly line: number;
  readonly id?: string;
  readonly whole: PreparedWhole;
  readonly answer: Answer;
  /** The true class; absent where none is known. */
  readonly truth?: number;
  /** Share of the attribution to the predicted class on each feature, signed; their magnitudes sum to 1. */
  readonly shares: Float64Array;
  /** The same by leaving each feature out alone: what that takes from the score of the predicted class. */
  readonly leftOut: Float64Array;
  /** The same as `shares` at each block that the method explains. */
  readonly blocks: ReadonlyMap<number, Float64Array>;
}

export interface ReadFailure {
  readonly line: number;
  readonly message: string;
}

export interface ReadSettings {
  readonly effort: string;
  readonly seed: number;
  /** Whether inputs are explained; else their shares are 0. Default: they are. */
  readonly explains?: boolean;
  /** Explanations that there are already. */
  readonly known?: FindKnown | undefined;
  readonly store?: MeasurementStore | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, activity: string) => void) | undefined;
}

/** The true class of an item; undefined where none is known. */
const classOf = (readTruth: ReadTruth, item: DatasetItem): number | undefined => {
  const truth = readTruth(item);
  if (truth?.kind === "class") return truth.index;
  return truth?.kind === "answer" ? Number(truth.yes) : undefined;
};

export interface ReadSubjects {
  readonly subjects: readonly Subject[];
  readonly failures: readonly ReadFailure[];
  /** Inputs whose explanation was given. */
  readonly reused: number;
}

/** Reads and explains all inputs. Cost: an explanation for each; those that are known, or in the store, none. */
export async function readSubjects(
  loaded: ExplainableModel,
  classes: Classes,
  dataset: Dataset,
  { effort, seed, explains = true, known, store, signal, onProgress }: ReadSettings,
): Promise<ReadSubjects> {
  const model = withoutOwnAnswers(loaded);
  const readTruth = truthReader(model, dataset.items, undefined);
  const answers = new Answers(model, classes, signal);
  const subjects: Subject[] = [];
  const failures: ReadFailure[] = [];
  let reused = 0;
  for (const [i, item] of dataset.items.entries()) {
    signal?.throwIfAborted();
    onProgress?.(i / dataset.items.length, `explaining, line ${item.line}`);
    try {
      const truth = classOf(readTruth, item);
      const input = await readInput(item.input);
      checkInput(input);
      const { whole, features, shown, positionCount } = await openPerturbable(model, input, {
        features: model.modality.featureKinds[0],
      });
      if (features.length === 0) throw new InputError("there is nothing in it that can be removed");
      const [answer] = await answers.askPrepared([{ whole }]);
      const { predicted } = answer as Answer;
      const { target, sign } = classes.explained(predicted);
      const given = explains ? known?.(input, target, features, positionCount) : undefined;
      if (given !== undefined) reused++;
      const content = !explains
        ? undefined
        : await contentOf({
            what: "shortcuts 2",
            version: VERSION,
            model: [loaded.facts.id, loaded.facts.sha256],
            feeds: whole.parts.map((part) => part.input.feeds),
            features,
            target,
            effort,
            seed,
            ...(given === undefined ? {} : { given }),
          });
      const key = content === undefined ? undefined : JSON.stringify(content);
      let measured = key === undefined ? undefined : store?.get(key);
      if (!explains) measured = { logits: [...(answer as Answer).logits], attribution: features.map(() => 0) };
      if (measured === undefined) {
        const { attribution, blocks } =
          given ?? (await explained(model, { whole, features, positionCount }, { effort, seed, target, signal }));
        measured = {
          logits: [...(answer as Answer).logits],
          attribution,
          leftOut: await leftOutOf(model, { whole, features, own: item.input }, answer as Answer, target, seed),
          ...Object.fromEntries(blocks.map(({ index, fused }) => [`block ${index}`, fused])),
        };
        if (key !== undefined) await store?.put(key, measured);
      }
      const blocks = Object.entries(measured).flatMap(([name, values]) =>
        name.startsWith("block ") && values !== null
          ? [[Number(name.slice("block ".length)), sharesOf(values, sign)] as const]
          : [],
      );
      subjects.push({
        index: subjects.length,
        line: item.line,
        ...(item.id === undefined ? {} : { id: item.id }),
        input,
        whole,
        features,
        words: wordsOf(shown.features),
        states: async (block) => (await featureStates(model, { whole, features }))[block] ?? [],
        answer: answerOf(classes, Float64Array.from(measured.logits ?? [])),
        ...(truth === undefined ? {} : { truth }),
        shares: sharesOf(measured.attribution ?? [], sign),
        leftOut: sharesOf(measured.leftOut ?? measured.attribution ?? [], sign),
        blocks: new Map(blocks),
      });
    } catch (error) {
      if (signal?.aborted === true || error instanceof InvalidOptionError || !isCaligError(error)) throw error;
      failures.push({ line: item.line, message: error.message });
    }
  }
  return { subjects, failures, reused };
}

/** @throws {InputError} For pairs: offsets of features are those of one text. */
function checkInput(input: object): void {
  if ((input as { pair?: unknown }).pair === undefined) return;
  throw new InputError("it is a pair of texts, and cues are looked for in single texts; give texts alone");
}

const wordsOf = (features: readonly object[]): readonly string[] =>
  features.map((feature) => (feature as { readonly text?: string }).text ?? "");

function sharesOf(values: readonly number[], sign: number): Float64Array {
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
  return Float64Array.from(values, (value) => (size === 0 ? 0 : (sign * value) / size));
}
