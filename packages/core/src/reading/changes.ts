/** @file What would change the decision, as far as it was tried out on the model: the counterfactuals of an explanation in words. */

import type { Counterfactual, CounterfactualFeature, Explanation } from "../attribution/explanation.ts";
import { certaintyOf } from "./certainty.ts";
import { labelOf } from "./decision.ts";
import { namesOf } from "./evidence-on.ts";
import { itemsOf } from "./items.ts";
import { isUnlike } from "./strength.ts";
import type { Statement } from "./summary.ts";
import type { Changed, Noun, Words } from "./words/words.ts";

/** Most words that a sentence names. */
const NAMED = 4;
/** Least probability of the answer by the strongest words alone that is told. */
const ALONE = 0.6;

/** The smallest set that changes the decision, or that none was found; and what the evidence alone comes to. */
export function changesOf(explanation: Explanation, words: Words, noun: Noun): Statement[] {
  const { counterfactuals } = explanation;
  if (counterfactuals === undefined) return [];
  const { decision, single, smallestFlip, evidenceAlone, searched } = counterfactuals;
  const all = itemsOf(explanation);
  const names = namesOf(all, words);
  const nameOf = ({ features: [first] }: CounterfactualFeature) => {
    const index = first === undefined ? -1 : all.findIndex(({ features }) => features.includes(first));
    return names[index] ?? words.quoted("?");
  };
  const changed = (counterfactual: Counterfactual): Changed => {
    const { features, prediction } = counterfactual;
    const named = explanation.layout !== "grid" && features.length <= NAMED;
    return {
      without: named ? features.map(nameOf) : { parts: features.length, of: all.length },
      noun,
      says: {
        label: labelOf(explanation, prediction),
        probability: prediction.probability,
        value: words.number(prediction.score),
      },
      isNumber: decision === "none",
    };
  };
  const statement = (text: string, counterfactual?: Counterfactual): Statement =>
    counterfactual === undefined
      ? { kind: "change", text }
      : { kind: "change", text, features: counterfactual.features.flatMap(({ features }) => features) };
  const ofParts = partChanges(explanation, words, noun);
  if (decision === "none") {
    const [first] = single;
    return first === undefined ? [] : [statement(words.changes(changed(first)), first)];
  }
  const isWhole = smallestFlip !== null && smallestFlip.features.length >= all.length;
  const flip =
    smallestFlip === null || isWhole
      ? searched.removed > 0
        ? [statement(words.neverChanges(searched.removed, noun))]
        : []
      : [statement(words.changes(changed(smallestFlip)), smallestFlip)];
  const { level } = certaintyOf(explanation);
  // What the strongest words alone come to says something only where they come to more than a coin-flip.
  const isEnough =
    !evidenceAlone.flips &&
    evidenceAlone.features.length < all.length / 2 &&
    level !== "coin-flip" &&
    (evidenceAlone.prediction.probability ?? 0) >= ALONE &&
    !isUnlike(explanation);
  return isEnough && evidenceAlone.features.length > 0
    ? [...ofParts, ...flip, statement(words.alone(changed(evidenceAlone)), evidenceAlone)]
    : [...ofParts, ...flip];
}

/** Most parts of a prompt that are named. */
const NAMED_PARTS = 2;

/** Parts of a prompt without which the decision is another one; those that move the score most first. */
function partChanges(explanation: Explanation, words: Words, noun: Noun): Statement[] {
  const { parts = [] } = explanation.counterfactuals ?? {};
  const { score } = explanation.target;
  const moved = (at: number) => Math.abs(at - score);
  return parts
    .filter(({ flips }) => flips)
    .sort((a, b) => moved(b.prediction.score) - moved(a.prediction.score))
    .slice(0, NAMED_PARTS)
    .map(({ name, prediction, features }) => ({
      kind: "change",
      text: words.changes({
        without: [words.part?.(words.quoted(name)) ?? words.quoted(name)],
        noun,
        says: {
          label: labelOf(explanation, prediction),
          probability: prediction.probability,
          value: words.number(prediction.score),
        },
        isNumber: false,
      }),
      features,
    }));
}
