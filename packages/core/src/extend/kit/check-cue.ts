/** @file The test kit of kinds of cues: what suspicion and interventions rely on, checked on a model and inputs. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import { ExtensionError } from "../../errors.ts";
import { classesOf } from "../../shortcuts/answers.ts";
import type { CueKind, CueSubject, Occurrence } from "../../shortcuts/cue.ts";
import { readSubjects } from "../../shortcuts/subjects.ts";
import { createRandom } from "../../util/random.ts";
import { type KitCheck, KitReport } from "./report.ts";

/** What `checkCue` tries a kind of cue on. */
export interface CheckCueOptions {
  /** At least one that has a cue and one that has not, of the kind that the model reads. */
  readonly inputs: readonly [string | object, string | object, ...(string | object)[]];
}

/**
 * Checks a kind of cue: it finds cues, each once in an input and of features that the input has; a changed input can be read
 * and has the cue no longer where it was taken out, and has it where it was put in; the same draws give the same inputs.
 *
 * Cost: a forward pass of each input and of each changed one.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkCue<Input extends object>(
  cue: CueKind<Input>,
  model: ExplainableModel,
  { inputs }: CheckCueOptions,
): Promise<readonly KitCheck[]> {
  const { name, kind, open: opens } = cue as unknown as CueKind;
  if (kind !== model.modality.name) {
    throw new ExtensionError(
      `Cannot check the kind of cue "${name}": it is of ${JSON.stringify(kind)}, and the model reads ${model.modality.noun.many}`,
      "cue",
    );
  }
  const report = new KitReport();
  const read = async (given: readonly (string | object)[]): Promise<readonly CueSubject[]> => {
    const items = given.map((input, i) => ({
      line: i + 1,
      input: typeof input === "string" ? { text: input } : input,
    }));
    const dataset = { name: "the inputs", items, problems: [] };
    const { subjects, failures } = await readSubjects(model, classesOf(model), dataset, {
      effort: "instant",
      seed: 1,
      explains: false,
    });
    const [failure] = failures;
    if (failure !== undefined) throw new ExtensionError(failure.message, "cue");
    return subjects;
  };
  const subjects = await read(inputs);
  const open = await opens({ model, subjects, random: createRandom("kit") });
  const found: (readonly Occurrence[])[] = [];
  await report.expect("finds a cue in one of the inputs, and not the same in all of them", async () => {
    for (const subject of subjects) found.push(await open.find(subject));
    const all = new Set(found.flatMap((own) => own.map((one) => one.cue)));
    if (all.size === 0) return "none was found";
    const isApart = [...all].some((one) => found.some((own) => !own.some((other) => other.cue === one)));
    return isApart ? undefined : "all inputs have all cues: give one without";
  });
  await report.expect("names each cue of an input once, by features that it has", () => {
    for (const [i, own] of found.entries()) {
      if (new Set(own.map((one) => one.cue)).size < own.length) return `input ${i + 1} has a cue twice`;
      const count = subjects[i]?.features.length ?? 0;
      const odd = own.flatMap(({ features }) => features).find((f) => !Number.isInteger(f) || f < 0 || f >= count);
      if (odd !== undefined) return `input ${i + 1} has ${count} features, and a cue has feature ${odd}`;
    }
    return undefined;
  });
  const has = async (input: object, wanted: string) => {
    const [subject] = await read([input]);
    return (await open.find(subject as CueSubject)).some((own) => own.cue === wanted);
  };
  for (const [i, own] of found.entries()) {
    const subject = subjects[i] as CueSubject;
    for (const occurrence of own) {
      const which = `${JSON.stringify(occurrence.cue)} of input ${i + 1}`;
      await report.expect(`takes out ${which}`, async () => {
        const removed = () => open.removed(subject, occurrence, createRandom("removed"));
        const [input, again] = [removed(), removed()];
        if (JSON.stringify(input) !== JSON.stringify(again)) return "the same draws gave other inputs";
        return input !== undefined && (await has(input, occurrence.cue)) ? "the changed input has it still" : undefined;
      });
      const other = subjects.find((_, o) => found[o]?.every((one) => one.cue !== occurrence.cue));
      if (other === undefined) continue;
      await report.expect(`puts in ${which}`, async () => {
        const input = open.inserted(other, { subject, occurrence }, createRandom("inserted"));
        return input !== undefined && !(await has(input, occurrence.cue)) ? "the changed input has it not" : undefined;
      });
    }
  }
  return report.finish("cue", name);
}
