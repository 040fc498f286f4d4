/** @file What of an entity can change: the kind that all its words have. */

import type { AskedEntity, EntityPlace } from "../../program/questions/entity.ts";
import { evaluateScore, type ScoreSpec } from "../../program/score.ts";
import { tagOf, tagsOf } from "../entity-tags.ts";
import type { ExplainableModel } from "../explainable-model.ts";
import type { PredictedOutput } from "../probe.ts";

/**
 * What the model says of the words of an entity in variants of an input: the kind of all of them, or the kinds that they have.
 *
 * @param score - Of the entity that is explained, whose places are the rows that are read.
 */
export function entityDecision({ labels }: Pick<ExplainableModel, "labels">, score: ScoreSpec) {
  const tags = tagsOf(labels);
  const names = [...tags];
  const { places, classes } = score.parameters as AskedEntity;
  const read = (logits: Float32Array): PredictedOutput => {
    const rows = places.map(({ position }) => logits.subarray(position * classes, (position + 1) * classes));
    const winners = rows.map((row) => row.reduce((best, value, c) => (value > (row[best] as number) ? c : best), 0));
    const name = [...new Set(winners.map((winner) => tagOf(labels[winner] ?? String(winner)).tag))].join(", ");
    const known = names.indexOf(name);
    const predicted = known < 0 ? names.push(name) - 1 : known;
    const own = places.map(({ position }, w): EntityPlace => ({ position, target: winners[w] as number }));
    const probabilityOf = (parameters: unknown) => evaluateScore({ ...score, kind: "probability", parameters }, logits);
    return {
      value: probabilityOf(withoutOther(score.parameters as AskedEntity)),
      score: evaluateScore(score, logits),
      predictsTarget: predicted === score.target,
      predicted,
      predictedValue: probabilityOf({ ...(score.parameters as AskedEntity), places: own }),
    };
  };
  return { read, labels: (index: number): string => names[index] ?? String(index) };
}

const withoutOther = (asked: AskedEntity): AskedEntity => ({
  ...asked,
  places: asked.places.map(({ position, target }) => ({ position, target })),
});

/** The same score of logits of the words alone [words x classes]: rows of what counterfactuals read. */
export function ofWordsAlone(score: ScoreSpec): ScoreSpec {
  const asked = score.parameters as AskedEntity;
  const places = asked.places.map((place, w) => ({ ...place, position: w }));
  return { ...score, parameters: { ...asked, tokens: places.length, places } satisfies AskedEntity };
}
