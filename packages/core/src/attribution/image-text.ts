/**
 * @file The question of two towers whose embeddings lie in one space: how well a text, or one of some labels, fits a picture.
 * One tower is explained; what the other one makes is computed once and held fixed.
 */

import { InputError, InvalidOptionError, keyword } from "../errors.ts";
import { probabilities } from "../program/activation.ts";
import { questionNamed } from "../program/questions.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { checkLabels, chosenLabel } from "./choose-label.ts";
import type { ExplainableModel, TextTower } from "./explainable-model.ts";
import type { Prediction, ScoreKind } from "./explanation.ts";
import type { ImageInput } from "./input.ts";
import { prepareInput } from "./modality.ts";
import { type ExplainOptions, type QuestionObject, SCORE_KINDS } from "./options.ts";
import type { Choosing, OwnQuestion } from "./question-object.ts";

const TEXTS = "score.texts";
const LABEL = "score.label";
/** What a label becomes, as in the pipelines of transformers. */
const TEMPLATE = "This is a photo of {}.";
/** Characters of a text that titles show. */
const SHOWN = 60;

/** What is asked, of which tower and of which input. */
export interface AskedTowers {
  readonly model: ExplainableModel;
  readonly input: object;
  readonly options: ExplainOptions;
}

/**
 * The question that a picture and texts ask of two towers: of patches with the texts held fixed, or of the words of one with
 * the picture held fixed.
 *
 * Cost: a forward pass of the other tower for each text.
 *
 * @throws {InputError} When the model has one tower, or the input does not say what is compared.
 * @throws {InvalidOptionError} For a label or a score that there is not.
 */
export async function imageTextOf(
  model: ExplainableModel,
  input: ImageInput,
  options: ExplainOptions,
): Promise<AskedTowers> {
  const { texts } = model;
  if (texts === undefined) {
    throw new InputError(
      `Cannot compare a picture with a text by model "${model.facts.id}": its task is ${model.facts.task}; give the picture alone, or a model of two towers such as CLIP or SigLIP`,
    );
  }
  const { image, labels, side = "image" } = input;
  const text = input.text ?? input.with;
  if (image === undefined || (text === undefined) === (labels === undefined)) {
    const found =
      image === undefined
        ? "no picture"
        : text === undefined
          ? "a picture alone"
          : '"text" and "labels" with a picture';
    throw new InputError(
      `Cannot explain the input with model "${model.facts.id}", which compares pictures with texts: found ${found}; give a picture with a text, or with labels to choose from (on the command line --image with --text or --labels)`,
    );
  }
  const named = keyword("side", side, ["image", "text"] as const);
  const { target, against, score = "logit", question: _, ...others } = options;
  const kind = keyword("score", typeof score === "object" ? score.name : score, SCORE_KINDS);
  const asked: Comparison = { ...(await comparison(texts, text, input)), kind, texts };
  const vector = unit(await embedding(model, { image }));
  const rows = asked.vectors.map((row) => dot(row, vector) * (texts.scale ?? 1) + texts.bias);
  const predictions = ranked(asked, rows);
  const chosen = labels === undefined ? 0 : chosenLabel(labels, predictions, target);
  const rival = labels === undefined || against === undefined ? undefined : chosenLabel(labels, [], against, "against");
  if (labels === undefined) refuseLabels(target ?? against);
  refuseScore(model, asked, { chosen, rival });
  const facts = { predictions, chosen, rival, image: vector };
  return named === "image"
    ? {
        model: labels === undefined || texts.scale === undefined ? model : choosing(model, texts),
        input: { image },
        options: { ...others, score: ofPictures(asked, facts) },
      }
    : {
        model: texts.model,
        input: { text: asked.sentences[chosen] as string },
        options: { ...others, score: ofTexts(asked, facts) },
      };
}

/** The model as one that decides between labels, for those who read its explanations. */
const choosing = (model: ExplainableModel, { activation }: TextTower): ExplainableModel => ({
  ...model,
  facts: { ...model.facts, activation },
});

interface Comparison {
  readonly kind: ScoreKind;
  readonly texts: TextTower;
  /** What the texts are called, and as the tower reads them. */
  readonly names: readonly string[];
  readonly sentences: readonly string[];
  /** Of length 1. */
  readonly vectors: readonly Float64Array[];
  /** Whether one of them is chosen. */
  readonly chooses: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

interface Chosen {
  readonly predictions: readonly Prediction[];
  readonly chosen: number;
  readonly rival: number | undefined;
  /** Embedding of the picture, of length 1. */
  readonly image: Float64Array;
}

async function comparison(
  { model }: TextTower,
  text: string | undefined,
  { labels, hypothesis = TEMPLATE }: ImageInput,
): Promise<Omit<Comparison, "kind" | "texts">> {
  if (labels !== undefined) checkLabels(labels, hypothesis);
  else if (typeof text !== "string" || text.trim() === "") {
    throw new InputError('Cannot compare the picture with a text: "text" is none; give at least one word');
  }
  const names = labels ?? [text as string];
  const sentences = labels?.map((label) => hypothesis.replaceAll("{}", label)) ?? names;
  const vectors: Float64Array[] = [];
  for (const sentence of sentences) vectors.push(unit(await embedding(model, { text: sentence })));
  return {
    names,
    sentences,
    vectors,
    chooses: labels !== undefined,
    settings: labels === undefined ? { text } : { labels, hypothesis },
  };
}

/** Texts, best first. */
function ranked({ names, texts, chooses }: Comparison, rows: readonly number[]): readonly Prediction[] {
  // The softmax of one logit is 1 whatever it is.
  const isProbable = texts.scale !== undefined && (chooses || texts.activation === "sigmoid");
  const shares = isProbable ? probabilities(rows, texts.activation) : [];
  return names
    .map((name, index) => ({
      index,
      label: chooses ? name : subjectOf(name),
      logit: rows[index] as number,
      probability: shares[index] ?? null,
    }))
    .sort((a, b) => b.logit - a.logit || a.index - b.index);
}

const subjectOf = (text: string): string => `similarity with "${shortened(text)}"`;

/** Logits of all texts [rows, texts] from embeddings of pictures [rows, numbers], then a score of one of them. */
function ofPictures(asked: Comparison, { predictions, chosen, rival }: Chosen): QuestionObject {
  const { kind, texts, names, vectors, chooses } = asked;
  const { scale = 1, bias, activation } = texts;
  const count = names.length;
  const own = questionNamed(kind);
  const label = { activation, target: chosen, ...(rival === undefined ? {} : { against: rival }) };
  const columns = (numbers: number) =>
    Float32Array.from({ length: numbers * count }, (_, i) => scale * at(vectors[i % count], Math.floor(i / count)));
  const picked = Float32Array.from({ length: count }, (_, i) => (i === chosen ? 1 : i === rival ? -1 : 0));
  const rowsOf = (embedding: ArrayLike<number>) => {
    const vector = unit(embedding);
    return vectors.map((row) => scale * dot(row, vector) + bias);
  };
  const isProbable = texts.scale !== undefined && activation !== "none";
  const choosing: Choosing = { labels: names, chosen, scores: rowsOf, ...(isProbable ? { activation } : {}) };
  const question: OwnQuestion = {
    name: kind,
    title: unitOf(asked),
    settings: asked.settings,
    asks: "embedding",
    ...(chooses ? { choosing } : { subject: subjectOf(names[0] as string) }),
    choose: () => ({
      target: 0,
      predictions,
      ...(chooses
        ? {
            named: {
              ...namedLabel(names, chosen),
              ...(rival === undefined ? {} : { against: namedLabel(names, rival) }),
            },
          }
        : {}),
    }),
    emit({ builder: b, logits, classes }) {
      const scores = b.matmul(normalised(b, logits), b.input(TEXTS, "float32", [classes, count]));
      return own.emit({
        builder: b,
        logits: bias === 0 ? scores : b.add(scores, b.scalar(bias)),
        activation,
        classes: count,
        pick: (values) => b.matmul(values, b.input(LABEL, "float32", [count, 1])),
      });
    },
    feeds: (_, numbers) => ({
      [TEXTS]: floatTensor(columns(numbers), [numbers, count]),
      [LABEL]: floatTensor(picked, [count, 1]),
      ...own.feeds?.(label, count),
    }),
    evaluate: (embedding) => own.evaluate(rowsOf(embedding), label),
  };
  return question as unknown as QuestionObject;
}

/** The logit of a text from its embedding, for the picture. */
function ofTexts(asked: Comparison, { predictions, image }: Chosen): QuestionObject {
  const { scale = 1, bias } = asked.texts;
  const subject = "similarity with the picture";
  const question: OwnQuestion = {
    name: "logit",
    title: unitOf(asked),
    subject,
    settings: { ...asked.settings, side: "text" },
    asks: "embedding",
    choose: () => ({ target: 0, subject, predictions }),
    emit({ builder: b, logits, classes }) {
      const score = b.matmul(normalised(b, logits), b.input(TEXTS, "float32", [classes, 1]));
      return bias === 0 ? score : b.add(score, b.scalar(bias));
    },
    feeds: (_, numbers) => ({
      [TEXTS]: floatTensor(
        image.map((value) => scale * value),
        [numbers, 1],
      ),
    }),
    evaluate: (embedding) => scale * dot(unit(embedding), image) + bias,
  };
  return question as unknown as QuestionObject;
}

const namedLabel = (names: readonly string[], index: number) => ({ index, label: names[index] as string });

const unitOf = ({ texts, kind }: Comparison): string =>
  texts.scale === undefined ? "cosine similarity" : kind.replaceAll("-", " ");

/** e / |e| */
const normalised = (b: Parameters<OwnQuestion["emit"]>[0]["builder"], embedding: string): string =>
  b.div(embedding, b.emit("Sqrt", [b.reduceSum(b.mul(embedding, embedding), [1])]));

async function embedding(model: ExplainableModel, input: object): Promise<Float32Array> {
  const { parts } = await prepareInput(model, input);
  const [part] = parts;
  return (await model.programs.forward((part as NonNullable<typeof part>).input.feeds)).logits.data;
}

function refuseLabels(given: string | number | undefined): void {
  if (given === undefined) return;
  throw new InvalidOptionError(
    'Cannot choose a target where a picture is compared with one text: there are no labels; leave it out, or give "labels"',
    "target",
    given,
  );
}

function refuseScore(
  { facts }: ExplainableModel,
  { kind, texts, chooses, names }: Comparison,
  { chosen, rival }: { readonly chosen: number; readonly rival: number | undefined },
): void {
  if (kind === "logit" && rival !== chosen) return;
  const asked = { activation: texts.activation, target: chosen, ...(rival === undefined ? {} : { against: rival }) };
  const { compares, refusal } = questionNamed(kind);
  const why =
    rival === chosen
      ? "a label cannot be held against itself"
      : !chooses
        ? 'a picture is compared with one text; give "labels" to choose from'
        : texts.scale === undefined
          ? "nothing in the model's files says what cosines are multiplied by, so that labels have no probabilities"
          : compares !== undefined && rival !== undefined
            ? compares
            : refusal?.(asked, names.length);
  if (why === undefined) return;
  throw new InvalidOptionError(
    `Cannot use score "${kind}" with model "${facts.id}": ${why}; use score "logit"`,
    "score",
    kind,
  );
}

const at = (row: Float64Array | undefined, index: number): number => row?.[index] as number;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0);

function unit(vector: ArrayLike<number>): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return Float64Array.from(vector, (value) => value / length);
}

const shortened = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN).trimEnd()}…` : text);
