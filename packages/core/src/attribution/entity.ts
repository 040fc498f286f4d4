/** @file Models that label every token: the label of an entity, several words that are one thing, joined as tools for named entities do. */

import { InvalidOptionError, quote } from "../errors.ts";
import type { TokenFeature } from "../input/features.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import type { AskedEntity, EntityPlace } from "../program/questions/entity.ts";
import { ENTITY_QUESTIONS } from "../program/questions.ts";
import { logitsRow, type ScoreSpec } from "../program/score.ts";
import { classIndex } from "./class-names.ts";
import { classOfTag, groupWords, tagOf, tagsOf } from "./entity-tags.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Entity, Prediction, Target } from "./explanation.ts";
import { DEFAULTS, type ExplainOptions } from "./options.ts";
import type { Part } from "./prepared-input.ts";
import { rankPredictions } from "./target.ts";

/** Entities that a message repeats. */
const SHOWN = 10;

/** A word with the label of its first token, which token classifiers are trained on. */
interface LabelledWord {
  readonly part: number;
  readonly position: number;
  /** Its tokens, indices into the features of the whole. */
  readonly first: number;
  readonly last: number;
  readonly text: string;
  /** In characters. */
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly probability: number | null;
  /** [classes] */
  readonly logits: ArrayLike<number>;
}

/** An entity whose label is explained. */
export interface ChosenEntity {
  /** Part that is responsible for its first word. */
  readonly part: number;
  readonly score: ScoreSpec;
  /** Kinds of entities, B- and I- joined, best first. */
  readonly predictions: readonly Prediction[];
  readonly named: Pick<Target, "index" | "label" | "against">;
  readonly token: NonNullable<Target["token"]>;
  /** All that the model finds in the text. */
  readonly entities: readonly Entity[];
}

/**
 * The entity that the options name and the score of its label: the mean over its words, read at the first token of each.
 *
 * @throws {InvalidOptionError} When the text has no such words, or several; for a score that entities do not have; when no part
 * of the input reads all of it.
 */
export function chooseEntity(
  model: ExplainableModel,
  parts: readonly Part[],
  forwards: readonly ForwardResult[],
  { entity, token, target, against, score: kind = DEFAULTS.score }: ExplainOptions,
): ChosenEntity {
  if (token !== undefined) {
    throw new InvalidOptionError(
      'Cannot explain a token and an entity at once: leave out "token" or "entity"',
      "token",
      token,
    );
  }
  if (typeof kind === "object" || !ENTITY_QUESTIONS.some(({ name }) => name === kind)) {
    const name = typeof kind === "object" ? kind.name : kind;
    throw new InvalidOptionError(
      `Cannot use score "${name}" with an entity: use one of ${ENTITY_QUESTIONS.map((one) => `"${one.name}"`).join(", ")}, or "against"`,
      "score",
      name,
    );
  }
  const words = parts
    .flatMap((part, p) => ownWords(model, part, p, forwards[p] as ForwardResult))
    .sort((a, b) => a.first - b.first);
  const groups = groupWords(words);
  const chosen = named(words, groups, entity as string | number);
  const [{ part }] = chosen as readonly [LabelledWord];
  const places = placesOf(parts[part] as Part, chosen);
  const { predictions, kinds } = rankKinds(model, chosen);
  const kindIndex = (option: "target" | "against", wanted: string | number): number => {
    const labels = kinds.map(({ tag }) => tag);
    const whole = model.labels.indexOf(String(wanted));
    const tag = whole >= 0 ? tagOf(String(wanted)).tag : wanted;
    return classIndex({ labels, facts: model.facts }, option, tag);
  };
  const index = target === undefined ? (predictions[0] as Prediction).index : kindIndex("target", target);
  const other = against === undefined ? undefined : kindIndex("against", against);
  if (other === index) {
    throw new InvalidOptionError(
      `Cannot explain an entity "${kinds[index]?.tag}" against itself: choose another one for "against"`,
      "against",
      against,
    );
  }
  const classes = (of: number, w: number) => kinds[of]?.classes[w] as number;
  const asked: AskedEntity = {
    tokens: (parts[part] as Part).input.features.length,
    classes: model.labels.length,
    places: places.map(
      (position, w): EntityPlace => ({
        position,
        target: classes(index, w),
        ...(other === undefined ? {} : { against: classes(other, w) }),
      }),
    ),
  };
  const label = (of: number) => ({ index: of, label: kinds[of]?.tag ?? String(of) });
  return {
    part,
    score: { kind, asks: "entity", activation: model.activation, target: index, parameters: asked },
    predictions,
    named: { ...label(index), ...(other === undefined ? {} : { against: label(other) }) },
    token: { index: (chosen[0] as LabelledWord).first, text: textOf(chosen), features: featuresOf(chosen) },
    entities: groups.map(entityFrom),
  };
}

/** The words whose first token a part is responsible for. */
function ownWords(model: ExplainableModel, part: Part, p: number, forward: ForwardResult): LabelledWord[] {
  const { features } = part.input;
  const all = features as readonly Partial<TokenFeature>[];
  return [...features.keys()].flatMap((position): LabelledWord[] => {
    const { word = null, special = false, text = "" } = all[position] ?? {};
    const goesOn = word !== null && all[position - 1]?.word === word;
    if (part.owned[position] !== 1 || special || goesOn) return [];
    let end = position;
    while (word !== null && all[end + 1]?.word === word) end++;
    const logits = logitsRow(forward.logits, position);
    const [best] = rankPredictions(model, logits);
    const pieces = all.slice(position, end + 1);
    return [
      {
        part: p,
        position,
        first: part.positions[position] as number,
        last: part.positions[end] as number,
        text: word === null ? text : pieces.map((piece) => piece.text ?? "").join(""),
        start: pieces[0]?.start ?? position,
        end: pieces.at(-1)?.end ?? end + 1,
        label: best?.label ?? "",
        probability: best?.probability ?? null,
        logits,
      },
    ];
  });
}

/** Kinds of entities by the mean logit of what their words would be labelled, and the classes of the words. */
function rankKinds(model: ExplainableModel, words: readonly LabelledWord[]) {
  const kinds = tagsOf(model.labels).map((tag) => ({
    tag,
    classes: words.map(({ logits }, w) => classOfTag(model.labels, tag, logits, w === 0)),
  }));
  const shares = words.map(({ logits }) => new Map(rankPredictions(model, logits).map((one) => [one.index, one])));
  const predictions = kinds.map(({ tag, classes }, index): Prediction => {
    const own = classes.map((of, w) => shares[w]?.get(of) as Prediction);
    const probabilities = own.map(({ probability }) => probability);
    return {
      index,
      label: tag,
      logit: mean(own.map(({ logit }) => logit)),
      probability: probabilities.includes(null) ? null : mean(probabilities as number[]),
    };
  });
  return { kinds, predictions: predictions.sort((a, b) => b.logit - a.logit || a.index - b.index) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The words as they stand in the text; white space between them is one space. */
const textOf = (words: readonly LabelledWord[]): string =>
  words.map(({ text, start }, w) => (w > 0 && start > (words[w - 1]?.end ?? start) ? ` ${text}` : text)).join("");

const featuresOf = (words: readonly LabelledWord[]): number[] =>
  words.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));

const entityFrom = (words: readonly LabelledWord[]): Entity => ({
  label: tagOf(words[0]?.label ?? "").tag,
  text: textOf(words),
  start: words[0]?.start ?? 0,
  end: words.at(-1)?.end ?? 0,
  probability: words.some(({ probability }) => probability === null)
    ? null
    : mean(words.map(({ probability }) => probability as number)),
  features: featuresOf(words),
});

const TOKENS = /^#(\d+)-(\d+)$/;
const NUMBERED = /^#?(\d+)$/;

/** By its words, its place among the entities that are found (1, "#1"), or its tokens ("#7-9"). */
function named(
  words: readonly LabelledWord[],
  groups: readonly (readonly LabelledWord[])[],
  wanted: string | number,
): readonly LabelledWord[] {
  const [from, to] = TOKENS.exec(String(wanted))?.slice(1).map(Number) ?? [];
  if (from !== undefined && to !== undefined) {
    const within = words.filter(({ first, last }) => first >= from && last <= to);
    if (within[0]?.first === from && within.at(-1)?.last === to) return within;
  }
  const text = typeof wanted === "string" ? wanted.trim().replace(/\s+/g, " ") : "";
  const found = text === "" ? [] : runsOf(words, text);
  const entities = groups.filter((group) => textOf(group) === text);
  const [only] = found.length === 1 ? found : entities.length === 1 ? entities : [];
  if (only !== undefined) return only;
  if (found.length > 1) {
    const places = found.map((run) => quote(`#${run[0]?.first}-${run.at(-1)?.last}`)).join(" or ");
    throw new InvalidOptionError(
      `Cannot tell which entity ${JSON.stringify(wanted)} means: the text has it ${found.length} times; give its tokens: ${places}`,
      "entity",
      wanted,
    );
  }
  const number = typeof wanted === "number" ? wanted : Number(NUMBERED.exec(wanted)?.[1] ?? Number.NaN);
  const byNumber = groups[number];
  if (byNumber !== undefined) return byNumber;
  const shown = groups.slice(0, SHOWN).map((group, g) => `#${g} ${quote(textOf(group))}`);
  throw new InvalidOptionError(
    `Cannot find the entity ${JSON.stringify(wanted)}: the model finds ${shown.length === 0 ? "none in this text" : shown.join(", ")}; give one of these, or words as they stand in the text, or their tokens, as in "#${words[0]?.first ?? 1}-${words.at(-1)?.last ?? 1}"`,
    "entity",
    wanted,
  );
}

/** Runs of words with this text. */
function runsOf(words: readonly LabelledWord[], text: string): (readonly LabelledWord[])[] {
  return words.flatMap((_, start) => {
    for (let end = start + 1; end <= words.length; end++) {
      const run = words.slice(start, end);
      const own = textOf(run);
      if (own === text) return [run];
      if (!text.startsWith(own)) return [];
    }
    return [];
  });
}

/** Positions of the words in the part that is responsible for the first one. */
function placesOf({ positions }: Part, words: readonly LabelledWord[]): readonly number[] {
  const places = words.map(({ first }) => positions.indexOf(first));
  if (!places.includes(-1)) return places;
  throw new InvalidOptionError(
    `Cannot explain the entity "${textOf(words)}": it is longer than what two parts of this text share, and no part reads all of it; name fewer of its words`,
    "entity",
    textOf(words),
  );
}
