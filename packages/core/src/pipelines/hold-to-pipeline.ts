/** @file Whether a model answers as the pipeline does whose files it was made from: both read the same tokens, and give the same logits. */

import { prepareInput } from "../attribution/modality.ts";
import { CheckpointError, quote } from "../errors.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { Task } from "../loading/task.ts";
import type { TransformersPipeline } from "./pipeline.ts";

/** Largest difference of logits of the same file, relative to the largest of them. */
const TOLERANCE = 1e-3;
/** Any texts do: another file answers otherwise. */
const TEXT = "a test of the two";
const OTHER = "and of a second text";

interface Numbers {
  readonly data: ArrayLike<number | bigint>;
}
type Named = Readonly<Record<string, Numbers>>;

interface Parts {
  readonly tokenizer: (text: string, options?: { readonly text_pair: string }) => Named;
  readonly model: (input: Named) => Promise<Named>;
}

/** What both are asked, and what of the pipeline's answer is calig's. */
interface Asked {
  readonly input: object;
  readonly texts: readonly [text: string, pair?: string];
  /** Undefined where a pipeline's caller says what becomes of the answer. */
  answer?(out: Named, ids: readonly number[]): readonly number[] | undefined;
}

/** By the task; others are not held. */
function askedOf(task: Task, model: AssembledModel): Asked | undefined {
  const logits = (out: Named) => numbers(out.logits);
  const mask = model.tokenizer?.specialTokens.mask;
  const masked = `a test ${mask?.text} two`;
  switch (task) {
    case "classification":
      return { input: { text: TEXT }, texts: [TEXT], answer: logits };
    case "zero-shot":
      return { input: { text: TEXT, pair: OTHER }, texts: [TEXT, OTHER], answer: logits };
    case "question-answering":
      return {
        input: { question: TEXT, text: OTHER },
        texts: [TEXT, OTHER],
        answer({ start_logits, end_logits }) {
          const ends = numbers(end_logits);
          return numbers(start_logits)?.flatMap((start, i) => [start, ends?.[i] ?? Number.NaN]);
        },
      };
    case "fill-mask":
      return mask === undefined
        ? undefined
        : {
            input: { text: masked },
            texts: [masked],
            answer(out, ids) {
              const all = logits(out);
              const words = (all?.length ?? 0) / ids.length;
              const row = ids.indexOf(mask.id);
              return all?.slice(row * words, (row + 1) * words);
            },
          };
    case "similarity":
      return { input: { text: TEXT }, texts: [TEXT] };
    default:
      return undefined;
  }
}

/**
 * Holds a model of texts to the pipeline whose files it was made from: both read the same tokens, of one text or of two, and in
 * float32 they answer the same. Files of an earlier training have the same config.json; transformers.js gives no token types
 * where nothing names the class of the tokenizer.
 *
 * Cost: a forward pass of each.
 *
 * @param task - What the model was loaded for.
 * @param exact - Whether the pipeline runs in float32.
 * @throws {CheckpointError} When they read or answer otherwise.
 */
export async function holdToPipeline(
  pipeline: TransformersPipeline,
  model: AssembledModel,
  { task, exact }: { readonly task: Task; readonly exact: boolean },
): Promise<void> {
  const { tokenizer, model: theirs } = pipeline as object as Partial<Parts>;
  const asked = askedOf(task, model);
  if (tokenizer === undefined || theirs === undefined || model.tokenizer === undefined || asked === undefined) return;
  const [text, pair] = asked.texts;
  const inputs = tokenizer(text, ...(pair === undefined ? [] : [{ text_pair: pair }]));
  const { parts } = await prepareInput(model, asked.input, {});
  const [part] = parts;
  if (part === undefined) return;
  const refuse = async (about: string): Promise<never> => {
    await model.dispose();
    throw new CheckpointError(`Cannot explain the pipeline for ${quote(pipeline.task)}: ${about}`);
  };
  const ids = numbers(inputs.input_ids) ?? [];
  const own = part.input.feeds;
  if (!isSame(numbers(own.input_ids), ids)) {
    await refuse(
      `its tokenizer makes other tokens of a text than that of ${quote(model.facts.id)}, whose files have its config.json; say from which files it was made ${MODEL}`,
    );
  }
  // Left out, they are zeros.
  const types = numbers(inputs.token_type_ids) ?? ids.map(() => 0);
  if (!isSame(numbers(own.token_type_ids), types)) {
    await refuse(
      `its tokenizer does not say which of two texts a token is of, and ${quote(model.facts.id)} was trained with that ("token_type_ids"), so the pipeline answers otherwise than transformers does in Python; name the class of the tokenizer in tokenizer_config.json ("tokenizer_class": "BertTokenizer"), or explain the model itself: explainer(task, model)`,
    );
  }
  const wanted = exact ? asked.answer?.(await theirs(inputs), ids) : undefined;
  if (wanted === undefined) return;
  const { logits } = await model.programs.forward(own);
  const moved = Math.max(...wanted.map((value, i) => Math.abs(value - (logits.data[i] ?? Number.NaN))));
  const largest = Math.max(...wanted.map(Math.abs));
  if (wanted.length === logits.data.length && moved <= TOLERANCE * largest) return;
  await refuse(
    `the files of ${quote(model.facts.id)} have its config.json but answer otherwise, so it was made from others; say from which ${MODEL}`,
  );
}

const MODEL = "(`model`: its name, or the path or address of its folder, in the option `loading`)";

const numbers = (tensor: { readonly data: ArrayLike<number | bigint> } | undefined): number[] | undefined =>
  tensor === undefined ? undefined : Array.from(tensor.data, Number);

/** Whether a program that reads such numbers reads these. */
const isSame = (own: readonly number[] | undefined, given: readonly number[]): boolean =>
  own === undefined || (own.length === given.length && own.every((value, i) => value === given[i]));
