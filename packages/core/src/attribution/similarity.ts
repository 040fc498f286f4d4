/**
 * @file The question of models that make embeddings: how similar a text is to another one, or how far its embedding lies in
 * a direction. The other side is computed once and held fixed.
 */

import { InputError, InvalidOptionError, quote } from "../errors.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { TextInput } from "./input.ts";
import { prepareInput } from "./modality.ts";
import type { QuestionObject } from "./option-words.ts";
import type { OwnQuestion } from "./question-object.ts";

const OTHER = "score.other";

/** Characters of the other text that titles show. */
const SHOWN = 60;

type Measure = "cosine" | "dot";

/** Fields of an input that say what its embedding is compared with. */
const SIDES = ["with", "direction"] as const;

export const makesEmbeddings = ({ anatomy }: Pick<ExplainableModel, "anatomy">): boolean =>
  logitsOf(anatomy).kind === "embedding";

/**
 * The question that an input asks of an embedding; undefined of other models.
 *
 * @throws {InputError} When nothing says what the embedding is compared with, or the model makes no embeddings.
 */
export function similarityOf(model: ExplainableModel, input: object): QuestionObject | undefined {
  const { pair, direction, withPrompt, with: other = pair } = input as Partial<TextInput>;
  const asked = SIDES.filter((side) => (input as Partial<TextInput>)[side] !== undefined);
  if (!makesEmbeddings(model)) {
    if (asked.length === 0) return undefined;
    throw new InputError(
      `Cannot compare a text with another by model "${model.facts.id}": its task is ${model.facts.task} and it makes no embeddings; leave ${quote(asked[0] as string)} out, or give a model for sentence similarity`,
    );
  }
  if (pair !== undefined && asked.length === 0) asked.push("with");
  if (asked.length !== 1 || (pair !== undefined && other !== pair)) {
    if (pair !== undefined) {
      throw new InputError(
        `Cannot explain a text with model "${model.facts.id}", which makes embeddings: found a second text ("pair") and ${quote(asked[0] as string)}; give one of them`,
      );
    }
    const found = asked.length === 0 ? "nothing to compare it with" : `${quote(SIDES[0])} and ${quote(SIDES[1])}`;
    throw new InputError(
      `Cannot explain a text with model "${model.facts.id}", which makes embeddings: found ${found}; give the text that it is compared with ("with", on the command line --with), or a vector ("direction")`,
    );
  }
  const measure = model.sentences?.similarity ?? "cosine";
  if (direction !== undefined) return towards(measure, direction);
  const texts = typeof other === "string" ? [other] : (other as readonly string[]);
  if (!Array.isArray(texts) || texts.length === 0 || texts.some((text) => typeof text !== "string" || text === "")) {
    throw new InputError('Cannot compare the text: "with" is no text; give one, or a list of texts');
  }
  return comparedWith(measure, texts, withPrompt);
}

function comparedWith(measure: Measure, texts: readonly string[], withPrompt: string | undefined): QuestionObject {
  const [first = ""] = texts;
  const named = texts.length === 1 ? `"${shortened(first)}"` : `the mean of ${texts.length} texts`;
  const settings = {
    with: texts.length === 1 ? first : texts,
    ...(withPrompt === undefined ? {} : { withPrompt }),
  };
  return question(measure, `similarity with ${named}`, settings, async (model) => {
    const vectors: Float64Array[] = [];
    for (const text of texts) {
      const vector = await embeddingOf(model, {
        text,
        ...(withPrompt === undefined ? {} : { textPrompt: withPrompt }),
      });
      vectors.push(texts.length === 1 ? vector : unit(vector));
    }
    return meanOf(vectors);
  });
}

/** How far an embedding lies in a direction. @throws {InputError} When that is none. */
export function towards(measure: Measure, direction: readonly number[]): QuestionObject {
  if (!Array.isArray(direction) || direction.some((value) => !Number.isFinite(value)) || norm(direction) === 0) {
    throw new InputError(
      'Cannot compare the text: "direction" is no direction; give as many finite numbers as an embedding has, not all of them 0',
    );
  }
  return question(measure, "similarity with the given direction", { direction }, async (model, width) => {
    if (direction.length === width) return Float64Array.from(direction);
    throw new InvalidOptionError(
      `Cannot compare the text: "direction" has ${direction.length} numbers, and the embeddings of model "${model.facts.id}" have ${width}`,
      "direction",
      direction,
    );
  });
}

/**
 * The embedding of a text, held apart from any explanation [numbers].
 *
 * Cost: one forward pass.
 */
export async function embeddingOf(model: ExplainableModel, input: TextInput): Promise<Float64Array> {
  const { parts } = await prepareInput(model, input);
  const [part] = parts;
  const { logits } = await model.programs.forward((part as NonNullable<typeof part>).input.feeds);
  return Float64Array.from(logits.data);
}

function question(
  measure: Measure,
  subject: string,
  settings: Readonly<Record<string, unknown>>,
  other: (model: ExplainableModel, width: number) => Promise<Float64Array>,
): QuestionObject {
  const own: OwnQuestion = {
    name: measure,
    title: measure === "cosine" ? "cosine similarity" : "product of embeddings",
    subject,
    settings,
    asks: "embedding",
    async choose({ model, logits }) {
      const raw = await other(model, logits.length);
      const vector = measure === "cosine" ? unit(raw) : raw;
      const value = similarity(measure, logits, vector);
      return {
        target: 0,
        parameters: vector,
        subject,
        predictions: [{ index: 0, label: subject, logit: value, probability: null }],
      };
    },
    /** e v, or e v / |e| where v has length 1. */
    emit({ builder: b, logits, classes }) {
      const product = b.matmul(logits, b.input(OTHER, "float32", [classes, 1]));
      if (measure === "dot") return product;
      return b.div(product, b.emit("Sqrt", [b.reduceSum(b.mul(logits, logits), [1])]));
    },
    feeds: ({ parameters }, classes) => ({ [OTHER]: floatTensor(parameters as Float64Array, [classes, 1]) }),
    evaluate: (logits, { parameters }) => similarity(measure, logits, parameters as Float64Array),
  };
  return own as unknown as QuestionObject;
}

function similarity(measure: Measure, embedding: ArrayLike<number>, other: ArrayLike<number>): number {
  const product = Array.from(embedding).reduce((sum, value, i) => sum + value * (other[i] as number), 0);
  return measure === "dot" ? product : product / norm(embedding);
}

const norm = (vector: ArrayLike<number>): number =>
  Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));

const unit = (vector: Float64Array): Float64Array => {
  const length = norm(vector);
  return vector.map((value) => value / length);
};

function meanOf(vectors: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array()] = vectors;
  return first.map((_, i) => vectors.reduce((sum, vector) => sum + (vector[i] as number), 0) / vectors.length);
}

const shortened = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN).trimEnd()}…` : text);
