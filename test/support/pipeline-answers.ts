/** @file What the graph of a pipeline of transformers.js answers, and what calig's programs answer to the same input: number by number. */

import { prepareInput } from "@calig/core/internal/attribution/modality";
import type { AssembledModel } from "@calig/core/internal/loading/assemble-model";

interface Numbers {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}
type Inputs = Readonly<Record<string, Numbers>>;

/** The parts of a pipeline that say what its graph is given and answers. */
interface Parts {
  readonly model: (inputs: Inputs) => Promise<Readonly<Record<string, Numbers>>>;
  readonly tokenizer: ((text: string, options?: { readonly text_pair: string }) => Inputs) & {
    readonly mask_token_id: number;
  };
}
type Embed = (text: string, options: { readonly pooling: string; readonly normalize: boolean }) => Promise<Numbers>;

export interface Answers {
  readonly wanted: readonly number[];
  readonly found: readonly number[];
}

const TEXT = "no film, yes the end";
const LABELS = ["yes", "no"];
const QUESTION = "who works at acme?";
const REPORT = "maria works at acme in london and he was with berlin people.";
const MASKED = "paris is the [MASK] of people and a nice city.";

/** What calig's programs answer to an input. */
async function forward(model: AssembledModel, input: object): Promise<readonly number[]> {
  const { parts } = await prepareInput(model, input);
  const [part] = parts;
  if (part === undefined) throw new Error("no input");
  return Array.from((await model.programs.forward(part.input.feeds)).logits.data);
}

/** For each task the model of `pipelineModels` and how both are asked. */
export const PIPELINE_ANSWERS: Readonly<
  Record<string, { readonly model: string; ask(pipeline: unknown, model: AssembledModel): Promise<Answers> }>
> = {
  "text-classification": {
    model: "some-one/classes",
    async ask(pipeline, model) {
      const { logits } = await asked(pipeline, TEXT);
      return { wanted: numbers(logits), found: await forward(model, { text: TEXT }) };
    },
  },
  "token-classification": {
    model: "some-one/tokens",
    async ask(pipeline, model) {
      const { logits } = await asked(pipeline, TEXT);
      return { wanted: numbers(logits), found: await forward(model, { text: TEXT }) };
    },
  },
  "zero-shot-classification": {
    model: "some-one/entailment",
    async ask(pipeline, model) {
      const [wanted, found]: [number[], number[]] = [[], []];
      for (const label of LABELS) {
        const pair = `This example is ${label}.`;
        const { logits } = await asked(pipeline, TEXT, pair);
        wanted.push(...numbers(logits));
        found.push(...(await forward(model, { text: TEXT, pair })));
      }
      return { wanted, found };
    },
  },
  "feature-extraction": {
    model: "some-one/meaning",
    async ask(pipeline, model) {
      const embedding = await (pipeline as Embed)(TEXT, { pooling: "mean", normalize: true });
      const found = await forward(model, { text: TEXT });
      // Files of sentence-transformers are in no cache of a page: there the mean is taken as it is.
      const length = Math.hypot(...found);
      return { wanted: numbers(embedding), found: found.map((value) => value / length) };
    },
  },
  "fill-mask": {
    model: "some-one/masked",
    async ask(pipeline, model) {
      const { logits } = await asked(pipeline, MASKED);
      const { tokenizer } = pipeline as Parts;
      const ids = Array.from(tokenizer(MASKED).input_ids?.data ?? [], Number);
      const words = logits?.dims[2] ?? 0;
      const row = ids.indexOf(tokenizer.mask_token_id);
      return {
        wanted: numbers(logits).slice(row * words, (row + 1) * words),
        found: await forward(model, { text: MASKED }),
      };
    },
  },
  "question-answering": {
    model: "some-one/answers",
    async ask(pipeline, model) {
      const { start_logits, end_logits } = await asked(pipeline, QUESTION, REPORT);
      const found = await forward(model, { question: QUESTION, text: REPORT });
      // calig has both side by side for every token.
      const every = (end: 0 | 1) => found.filter((_, i) => i % 2 === end);
      return { wanted: [...numbers(start_logits), ...numbers(end_logits)], found: [...every(0), ...every(1)] };
    },
  },
};

const numbers = (tensor: Numbers | undefined): number[] => Array.from(tensor?.data ?? []);

const asked = (pipeline: unknown, text: string, pair?: string) => {
  const { model, tokenizer } = pipeline as Parts;
  return model(tokenizer(text, pair === undefined ? undefined : { text_pair: pair }));
};
