/**
 * @file What a model's head says of its classes, as readers see it: the one place where a probability becomes a percentage,
 * and where a number that is none stays a number.
 */

import type { Explanation, HeadActivation, Prediction } from "../attribution/explanation.ts";
import { activationOf, className, type Headed, headKind, isClass, isPredictedClass } from "../reading/head.ts";
import { count, digitsFor, fixed, type NumberStyle, percent } from "./format.ts";

export {
  activationOf,
  className,
  type Headed,
  type HeadKind,
  headKind,
  isClass,
  isPredictedClass,
  THRESHOLD,
} from "../reading/head.ts";

/** An output of a head. */
export type Output = Pick<Prediction, "logit" | "probability">;

/** "98.1%" of what has a probability, "−0.891" of a number. */
export function outputText(
  activation: HeadActivation,
  { logit, probability }: Output,
  style: NumberStyle = {},
): string {
  if (activation !== "none" && probability !== null) return percent(probability);
  return fixed(logit, Math.max(3, digitsFor(Math.abs(logit))), style);
}

/** The same of a class of an explanation. */
export const valueText = (explanation: Headed, output: Output, style?: NumberStyle): string =>
  outputText(activationOf(explanation), output, style);

/** The same of the explained class. */
export function targetValue(explanation: Headed & Pick<Explanation, "target">, style?: NumberStyle): string {
  const { predictions, target } = explanation;
  const own = predictions.find(({ index }) => index === target.index);
  return valueText(explanation, { logit: own?.logit ?? target.score, probability: target.probability }, style);
}

/** Length of the bar of a class, 0..1; null for numbers, which have no whole to be a share of. */
export const barShare = (explanation: Headed, { probability }: Output): number | null =>
  activationOf(explanation) === "none" ? null : probability;

/** Whether rows of a table of classes are to be marked where they are predicted: their order does not show it. */
export const marksPredicted = (explanation: Headed): boolean => headKind(explanation) === "independent";

/** Whether there is more to list than what the headline says: a similarity is one number. */
export const hasChoice = ({ predictions, target }: Pick<Explanation, "predictions" | "target">): boolean =>
  predictions.length > 1 || target.index >= 0;

/** What is said above a table of the classes. */
export function classesCaption(explanation: Headed): string {
  switch (headKind(explanation)) {
    case "classes":
      return PROBABILITY_OF[explanation.model.task] ?? "Probability of each class";
    case "independent":
      return "Probability of each class by itself (they need not add up to 100%); ✓ above 50%";
    case "binary":
      return "Probability: the sigmoid of the one output";
    default:
      if (explanation.model.task === "sentence-similarity") return "Similarity";
      return explanation.predictions.length === 1 ? "Score (regression)" : "Scores (regression)";
  }
}

/** The head of the column of values. */
export const valueColumn = (explanation: Headed): string =>
  headKind(explanation) === "numbers" ? "Score (regression)" : "Probability";

/** A sentence in pieces: the names of classes apart from the words of calig. */
export type Piece = string | { readonly name: string };

/** Classes that a sentence names. */
const NAMED = 3;

/** The words for one class of several, long for pages, short for terminals. */
const ONE_OF_TOKENS = {
  long: { predicted: "The token that the model finds most probable", other: "Not the most probable token, which is " },
  short: { predicted: "The most probable token", other: "Not the most probable token, which is " },
} as const;

const ONE_OF_SEVERAL = {
  long: { predicted: "The class that the model predicts", other: "Not what the model predicts, which is " },
  short: { predicted: "The predicted class", other: "Not the predicted class, which is " },
} as const;

/**
 * What the explained class is to the model, without a final period: whether it is predicted, or what is. Each renderer
 * writes names its own way.
 */
export function roleOf(
  explanation: Headed & Pick<Explanation, "target">,
  words: keyof typeof ONE_OF_SEVERAL = "long",
): readonly Piece[] {
  const { predictions, target } = explanation;
  if (!isClass(target)) return aboutAll(explanation);
  const own = predictions.find(({ index }) => index === target.index);
  const predicted = predictions.filter((prediction) => isPredictedClass(explanation, prediction));
  const isOwn = own === undefined || predicted.includes(own);
  switch (headKind(explanation)) {
    case "classes": {
      const [best] = predictions;
      const { predicted: isIt, other } = (predictsTokens(explanation) ? ONE_OF_TOKENS : ONE_OF_SEVERAL)[words];
      if (best === undefined || best.index === target.index) return [isIt];
      const name = { name: className(explanation, best) };
      return [other, name, words === "long" ? ` with ${valueText(explanation, best)}` : ""];
    }
    case "binary":
      return isOwn
        ? ["The model’s one output says yes: its sigmoid is above 50%"]
        : [
            "The model’s one output says no: its sigmoid is not above 50%. What supports raises it all the same, what opposes supports the no",
          ];
    case "numbers": {
      const which = predictions[0]?.index === target.index ? "The largest" : "One";
      const number = predictions.length === 1 ? "A number" : `${which} of the ${predictions.length} numbers`;
      return [
        `${number} that the model gives (regression), not a probability: what supports raises it, what opposes lowers it`,
      ];
    }
    default: {
      const names = listed(predicted.map((prediction) => className(explanation, prediction)));
      if (isOwn) {
        return predicted.length === 1
          ? ["The only class that the model predicts: each is judged by itself, and is predicted above 50%"]
          : [`One of the ${predicted.length} classes that the model predicts: each is judged by itself, above 50%`];
      }
      if (predicted.length === 0) return ["Not predicted: each class is judged by itself, and none is above 50%"];
      return ["Not predicted: each class is judged by itself, and above 50% are ", ...names];
    }
  }
}

/** What probabilities are of, by the task. */
const PROBABILITY_OF: Readonly<Record<string, string>> = {
  "text-generation": "Probability of what may follow",
  "fill-mask": "Probability of words in the place of the mask",
  "question-answering": "Probability of answers",
};

/** Whether a model predicts tokens, not classes. */
const predictsTokens = ({ model }: Headed): boolean => model.task === "text-generation";

/** "3 more classes", of language models "3 more tokens", and so on. */
export function moreText(explanation: Headed, rest: number): string {
  switch (explanation.model.task) {
    case "text-generation":
      return count(rest, "more token");
    case "fill-mask":
      return count(rest, "more word");
    case "question-answering":
      return count(rest, "more answer");
    default:
      return count(rest, "more class", "more classes");
  }
}

function aboutAll(explanation: Headed): readonly Piece[] {
  const [best] = explanation.predictions;
  if (best === undefined) return ["Not a class"];
  const name = { name: className(explanation, best) };
  if (explanation.model.task === "question-answering") {
    return ["None of the best answers; the most probable one is ", name, ` with ${valueText(explanation, best)}`];
  }
  if (predictsTokens(explanation)) {
    return [
      "An answer of several tokens; the most probable next token is ",
      name,
      ` with ${valueText(explanation, best)}`,
    ];
  }
  return ["Not a class: it is asked of all of them, of which ", name, ` is first with ${valueText(explanation, best)}`];
}

/** "a", "a and b", "a, b, c and 4 more" */
function listed(names: readonly string[]): Piece[] {
  const shown = names.slice(0, NAMED);
  const rest = names.length - shown.length;
  const pieces = shown.flatMap((name, i): Piece[] => {
    const between = i === 0 ? "" : rest === 0 && i === shown.length - 1 ? " and " : ", ";
    return between === "" ? [{ name }] : [between, { name }];
  });
  return rest === 0 ? pieces : [...pieces, ` and ${rest} more`];
}

/** The name of the explained class. */
export const targetClass = (explanation: Headed & Pick<Explanation, "target">): string =>
  className(explanation, explanation.target);
