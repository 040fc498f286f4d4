/** @file Inputs that every model is run on, and those that the caller gives. */

import { prepareInput } from "../attribution/modality.ts";
import { InputError } from "../errors.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { Random } from "../util/random.ts";
import type { Sample } from "./check.ts";

/** @throws {InputError} When the model makes nothing of any input of its kind, or of an input of the caller. */
export async function chooseSamples(
  model: AssembledModel,
  own: readonly object[],
  random: Random,
): Promise<readonly [Sample, ...Sample[]]> {
  const given = await Promise.all(own.map((source, i) => sampleOf(model, `your input ${i + 1}`, source, true)));
  const [first, ...others] = [...(await examples(model, random)), ...given];
  if (first !== undefined) return [first, ...others];
  const { noun } = model.modality;
  throw new InputError(
    model.tokenizer === undefined
      ? `Cannot verify model "${model.facts.id}": calig has no ${noun.many} of its own for it; give some with --input`
      : `Cannot verify model "${model.facts.id}": its tokenizer makes no tokens of English texts; give texts that it reads with --input`,
  );
}

async function sampleOf(model: AssembledModel, name: string, source: object, own: boolean): Promise<Sample> {
  // Windows of a long text are texts like others: its beginning stands for them.
  const { parts } = await prepareInput(model, source, { longText: "truncate" });
  return { name, own, source, input: (parts[0] as (typeof parts)[number]).input };
}

/** calig's own inputs of the model's kind. Texts of which a tokenizer makes nothing are left out. */
async function examples(model: AssembledModel, random: Random): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const { name, input } of model.modality.examples?.(model, random) ?? []) {
    const sample = await sampleOf(model, name, input, false).catch((error: unknown) => {
      if (error instanceof InputError && model.tokenizer !== undefined) return undefined;
      throw error;
    });
    if (sample !== undefined) samples.push(sample);
  }
  return samples;
}
