/** @file What a model says to many inputs, in batches of one shape: classes and their probabilities. */

import { distinctNames } from "../attribution/class-names.ts";
import type { ExplainableModel, PreparedWhole } from "../attribution/explainable-model.ts";
import { prepareInput } from "../attribution/modality.ts";
import type { Part } from "../attribution/prepared-input.ts";
import { InputError, InvalidOptionError } from "../errors.ts";
import { probabilities } from "../program/activation.ts";
import { sliceRows } from "../program/rows.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { FloatTensor, Tensor } from "../tensor/tensor.ts";
import { logitsOf } from "../transformer/anatomy.ts";

/** The classes that cues speak for. */
export interface Classes {
  readonly names: readonly string[];
  /** Probability of each, from logits. */
  of(logits: ArrayLike<number>): Float64Array;
  /** Logarithm of the odds of a class. */
  logOdds(logits: ArrayLike<number>, index: number): number;
  /** The output that an explanation is about, and its sign for the class. */
  explained(index: number): { readonly target: number; readonly sign: 1 | -1 };
}

/** @throws {InvalidOptionError} When the model does not put whole inputs into classes. */
export function classesOf({ facts, labels, activation, anatomy }: ExplainableModel): Classes {
  if (logitsOf(anatomy).per !== "input" || activation === "none") {
    throw new InvalidOptionError(
      `Cannot look for shortcuts of model "${facts.id}": its task is ${facts.task}${activation === "none" ? " and its output a number" : ""}; give a model that puts whole inputs into classes`,
      "model",
      facts.id,
    );
  }
  const names = distinctNames(labels);
  if (labels.length === 1) {
    const of = (logits: ArrayLike<number>) => {
      const [yes = 0] = probabilities(logits, "sigmoid");
      return Float64Array.of(1 - yes, yes);
    };
    return {
      names: [`not ${names[0]}`, names[0] as string],
      of,
      logOdds: (logits, index) => (index === 1 ? 1 : -1) * (logits[0] as number),
      explained: (index) => ({ target: 0, sign: index === 1 ? 1 : -1 }),
    };
  }
  return {
    names,
    of: (logits) => Float64Array.from(probabilities(logits, activation)),
    logOdds(logits, index) {
      const own = logits[index] as number;
      if (activation === "sigmoid") return own;
      const others = Array.from(logits).filter((_, other) => other !== index);
      const most = Math.max(...others);
      return own - most - Math.log(others.reduce((sum, other) => sum + Math.exp(other - most), 0));
    },
    explained: (index) => ({ target: index, sign: 1 }),
  };
}

/** What the model says to an input. */
export interface Answer {
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
  readonly predicted: number;
}

export function answerOf(classes: Classes, logits: Float64Array): Answer {
  const shares = classes.of(logits);
  return { logits, probabilities: shares, predicted: shares.indexOf(Math.max(...shares)) };
}

/** Positions of one run; more of them gain nothing. */
const RUN_POSITIONS = 2048;
const MOST_ROWS = 64;

/** One part of an input in a batch, with what each block keeps of it. */
interface Row {
  readonly input: number;
  readonly part: Part;
  readonly kept?: readonly Float32Array[];
}

/** An input that is ready, and what the attention of each block may look at [positions of the whole]; everything by default. */
export interface AskedWhole {
  readonly whole: Pick<PreparedWhole, "parts">;
  readonly kept?: readonly Float32Array[];
}

/** Asks a model many inputs. A class, because it counts what that costs. */
export class Answers {
  readonly #model: ExplainableModel;
  readonly #classes: Classes;
  readonly #signal: AbortSignal | undefined;
  #evaluations = 0;

  constructor(model: ExplainableModel, classes: Classes, signal?: AbortSignal) {
    this.#model = model;
    this.#classes = classes;
    this.#signal = signal;
  }

  /** Forward passes so far. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** The answer to each input; undefined where there is none, and where the model cannot read it. */
  async ask(inputs: readonly (object | undefined)[]): Promise<(Answer | undefined)[]> {
    const wholes: (AskedWhole | undefined)[] = [];
    for (const input of inputs) wholes.push(input === undefined ? undefined : await this.#prepared(input));
    return this.askPrepared(wholes);
  }

  /** The same of inputs that are ready. Cost: a forward pass for each part. */
  async askPrepared(wholes: readonly (AskedWhole | undefined)[]): Promise<(Answer | undefined)[]> {
    const groups = new Map<string, Row[]>();
    for (const [input, asked] of wholes.entries()) {
      for (const part of asked?.whole.parts ?? []) {
        const kept = asked?.kept?.map((of) => Float32Array.from(part.positions, (position) => of[position] as number));
        const key = `${kept === undefined ? "" : "knocked out "}${shapesOf(part.input.feeds)}`;
        groups.set(key, [...(groups.get(key) ?? []), { input, part, ...(kept === undefined ? {} : { kept }) }]);
      }
    }
    const sums = wholes.map((): Float64Array | undefined => undefined);
    for (const rows of groups.values()) {
      const positions = rows[0]?.part.positions.length ?? 1;
      const size = Math.max(1, Math.min(MOST_ROWS, Math.floor(RUN_POSITIONS / positions)));
      for (let start = 0; start < rows.length; start += size) {
        this.#signal?.throwIfAborted();
        const batch = rows.slice(start, start + size);
        const logits = await this.#run(batch);
        for (const [r, { input, part }] of batch.entries()) {
          const own = sliceRows(logits, r, r + 1).data;
          const sum = sums[input] ?? new Float64Array(own.length);
          own.forEach((value, c) => {
            (sum[c] as number) += part.share * value;
          });
          sums[input] = sum;
        }
      }
    }
    return sums.map((sum) => (sum === undefined ? undefined : answerOf(this.#classes, sum)));
  }

  async #run(batch: readonly Row[]): Promise<FloatTensor> {
    this.#evaluations += batch.length;
    const { programs } = this.#model;
    const feeds = joined(batch.map(({ part }) => part.input.feeds));
    const [first] = batch;
    if (first?.kept === undefined || programs.knockedOut === undefined) return programs.logits(feeds);
    const kept = first.kept.map((_, l) => {
      const rows = batch.map((row) => row.kept?.[l] as Float32Array);
      const all = new Float32Array(rows.length * (rows[0]?.length ?? 0));
      rows.forEach((row, r) => {
        all.set(row, r * row.length);
      });
      return all;
    });
    return programs.knockedOut(feeds, kept);
  }

  async #prepared(input: object): Promise<AskedWhole | undefined> {
    try {
      return { whole: await prepareInput(this.#model, input, {}) };
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }
}

const shapesOf = (feeds: Feeds): string =>
  Object.entries(feeds)
    .map(([name, { shape }]) => `${name} ${shape.join(" ")}`)
    .join();

/** Feeds of one row each, as feeds of as many rows. */
function joined(feeds: readonly Feeds[]): Feeds {
  const [first] = feeds;
  if (first === undefined || feeds.length === 1) return first ?? {};
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, data, ...rest }]) => {
      const size = data.length;
      const all = new (data.constructor as new (length: number) => Tensor["data"])(size * feeds.length);
      feeds.forEach((own, row) => {
        (all as Float32Array).set((own[name] as Tensor).data as Float32Array, row * size);
      });
      return [name, { ...rest, data: all, shape: [feeds.length, ...shape.slice(1)] } as Tensor];
    }),
  );
}
