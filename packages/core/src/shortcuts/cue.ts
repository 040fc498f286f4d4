/** @file What a kind of cue is: something that inputs have or have not, which can be taken out of them and put into them. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { EvaluationFeature } from "../attribution/perturbable.ts";
import type { Random } from "../util/random.ts";

/** An input of the data set as kinds of cues see it. */
export interface CueSubject<Input extends object = object> {
  /** Its place in the data set, from 0. */
  readonly index: number;
  /** As it was given: a text, a picture. */
  readonly input: Input;
  /** What can be removed from it: words, patches. */
  readonly features: readonly EvaluationFeature[];
  /** What each of them says, where the input is a text. */
  readonly words: readonly string[];
  /** Hidden state of each feature at the entry of a block [features][width]. Cost: a forward pass. */
  states(block: number): Promise<readonly Float32Array[]>;
}

/** A cue in an input. */
export interface Occurrence {
  /** What tells it from other cues of its kind: "great". Texts of any language. */
  readonly cue: string;
  /** What readers see, where that is not `cue`: "first word". */
  readonly label?: string;
  /** Indices into the features of the input that make it up; none where it is a matter of the input as a whole. */
  readonly features: readonly number[];
}

/** A cue with an input that has it. */
export interface CueExample<Input extends object = object> {
  readonly subject: CueSubject<Input>;
  readonly occurrence: Occurrence;
}

/** A kind of cue, made ready for a data set. Changes draw from `random` alone: the same draws give the same inputs. */
export interface OpenCues<Input extends object = object> {
  /** Every cue that an input has, each once. */
  find(subject: CueSubject<Input>): readonly Occurrence[] | Promise<readonly Occurrence[]>;
  /** The input without the cue; undefined where nothing would be left. */
  removed(subject: CueSubject<Input>, occurrence: Occurrence, random: Random): Input | undefined;
  /** An input that does not have the cue, with it as another one has it; undefined where there is no place for it. */
  inserted(subject: CueSubject<Input>, example: CueExample<Input>, random: Random): Input | undefined;
  /**
   * Changes as large as the two above that leave the cue as it is: what a change by itself does. Default: the same done with
   * other cues of the same frequency.
   */
  readonly control?: Pick<OpenCues<Input>, "removed" | "inserted">;
}

/** What a kind of cue may learn before it finds cues: lengths, clusters. */
export interface CueContext<Input extends object = object> {
  readonly model: ExplainableModel;
  readonly subjects: readonly CueSubject<Input>[];
  readonly random: Random;
}

/**
 * A kind of cue. To add one to calig: a file in `cues/` and a line in `cues.ts`; from outside: `defineCue` of calig/extend, and
 * the object among the `cues` of `findShortcuts`.
 */
export interface CueKind<Input extends object = object> {
  /** Lower case, words joined by hyphens: "words". */
  readonly name: string;
  /** Name of the modality whose inputs have it: "text". */
  readonly kind: string;
  /** What such a cue is called: "word". */
  readonly noun: string;
  /** One line: what it looks for. */
  readonly summary: string;
  /**
   * Its cues are places, which inputs have whatever stands there: what stands there in inputs of the class is put into that
   * place of others, whether they have it or not. Absent for no.
   */
  readonly places?: true;
  /** Name of the kind whose cues of the same frequency are its controls. Default: its own. */
  readonly controls?: string;
  open(context: CueContext<Input>): OpenCues<Input> | Promise<OpenCues<Input>>;
}
