/**
 * @file Check: answers of prompts, of language models. Several answers lie behind a prompt in one line, and neither sees the
 * other; beside that, each is read alone behind the prompt, as any text is.
 */

import { attribute } from "../../attribution/attribute.ts";
import { prepareInput } from "../../attribution/modality.ts";
import { chooseAnswer, rankTokens } from "../../attribution/next-token-target.ts";
import { DEFAULTS } from "../../attribution/option-words.ts";
import { withoutOwnAnswers } from "../../attribution/own-answers.ts";
import type { Part } from "../../attribution/prepared-input.ts";
import { resolveRun } from "../../attribution/resolve-run.ts";
import type { EncodedText } from "../../input/text/tokenizer.ts";
import { textBatchFeeds } from "../../modality/text/prepare.ts";
import { logProbabilities } from "../../program/activation.ts";
import type { AskedAnswers } from "../../program/questions/answer.ts";
import { evaluateScore, logitsRow } from "../../program/score.ts";
import { nextTokensOf } from "../../transformer/anatomy.ts";
import type { Check, CheckContext } from "../check.ts";
import { Differences } from "../differences.ts";
import { sameNumbers } from "../limits.ts";

/** Of the tokens that follow, those that are asked about: what a model holds for likely, and what it does not. */
const ASKED = [0, 1, 4, 9] as const;

export const answers: Check = {
  name: "answers",
  compares:
    "answers of a prompt, one held against another, and labels of a verbaliser with each of their strings read alone behind the prompt; sums of block relevance of these scores with their differences",
  doubt:
    "explanations of answers, of one answer against another, and of verbalisers; those of the next token are not touched",
  weight: 8,
  async run(context) {
    const { model, subject, onProgress } = context;
    const next = nextTokensOf(model.anatomy);
    const { tokenizer } = model;
    if (next === undefined || tokenizer === undefined) {
      return { notApplicable: "The model predicts no tokens that follow a prompt" };
    }
    const [first, second, third, fourth] = likelyTexts(context);
    if (fourth === undefined) {
      return {
        notApplicable: "Too few of the tokens that the model holds for likely are texts that could be asked about",
      };
    }
    const { source } = subject;
    const questions = [
      { name: "an answer", input: { ...source, answer: `${first}${third}${second}` } },
      {
        name: "an answer against another one",
        input: { ...source, answer: `${first}${fourth}`, against: `${second}${third}${first}` },
      },
      { name: "a label", input: { ...source, verbaliser: { one: [first, `${second}${third}`], other: [fourth] } } },
    ];
    const differences = new Differences();
    for (const [i, question] of questions.entries()) {
      await compareAnswer(context, question, differences);
      onProgress((i + 1) / questions.length);
    }
    return {
      differences,
      sentence: `The scores of ${questions.map(({ name }) => name).join(", ")} are those of their strings read alone behind the prompt, and the relevance of the first, a middle and the last block adds up to their differences`,
    };
  },
};

/** Texts of tokens that may follow the subject, the likeliest first: those that are read as what they are written as. */
function likelyTexts({ model, subject }: CheckContext): readonly string[] {
  const ranked = rankTokens(model, logitsRow(subject.forward.logits, 0));
  const texts = ranked.map(({ label }) => label).filter((label) => /^ ?[\p{L}\p{N}.,]+$/u.test(label));
  return ASKED.flatMap((place) => texts[place] ?? texts.slice(-1)).filter((text, i, all) => all.indexOf(text) === i);
}

async function compareAnswer(
  context: CheckContext,
  { name, input: source }: { readonly name: string; readonly input: object },
  differences: Differences,
): Promise<void> {
  const { model, logitSize, signal } = context;
  const whole = await prepareInput(model, source);
  const [part] = whole.parts as readonly [Part];
  const logits = await model.programs.logits(part.input.feeds);
  const { score } = await chooseAnswer(model, part.input, logits, {});
  const asked = score.parameters as AskedAnswers;
  const found = evaluateScore(score, logits.data);
  const strings = await stringsAlone(
    context,
    (part.input as Part["input"] & { readonly encoded: EncodedText }).encoded,
    asked,
  );
  const wanted = asked.alternatives.reduce((sum, { sign, strings: own }) => {
    const share = own.reduce((total, string) => total + Math.exp(strings[string] as number), 0);
    return sum + sign * Math.log(share);
  }, 0);
  differences.add(
    `the score of ${name}`,
    Math.abs(found - wanted),
    sameNumbers(logitSize * asked.tokens.length, "nat"),
  );
  const blocks = model.programs.blocks;
  const layers = [...new Set([0, blocks >> 1, blocks - 1])];
  const run = resolveRun(withoutOwnAnswers(model), { layers, ...(signal === undefined ? {} : { signal }) });
  const { blocks: explained, target } = await attribute(withoutOwnAnswers(model), whole.parts, whole.featureCount, run);
  differences.add(
    `the score of ${name} that is explained`,
    Math.abs(target.score - found),
    sameNumbers(logitSize * asked.tokens.length, "nat"),
  );
  for (const { index, completeness } of explained) {
    differences.add(`block ${index} of ${name}`, completeness.relativeError, {
      most: DEFAULTS.tolerance,
      unit: "share of the score difference",
    });
  }
}

/** The logarithm of the probability of each string, read alone: the prompt and its tokens, as any text is. */
async function stringsAlone(
  { model }: CheckContext,
  { ids, layout }: EncodedText,
  { tokens, stringOf, vocabulary }: AskedAnswers,
): Promise<readonly number[]> {
  const prompt = ids.filter((_, t) => layout?.branches[t] === 0);
  const count = Math.max(...stringOf) + 1;
  const sums: number[] = [];
  for (let string = 0; string < count; string++) {
    const own = tokens.filter((_, place) => stringOf[place] === string);
    const row = [...prompt, ...own];
    const places = [...row.keys()];
    const reading = {
      typeIds: row.map(() => 0),
      layout: { places, branches: row.map(() => 0), asked: own.map((_, t) => prompt.length - 1 + t) },
    };
    const { data } = await model.programs.logits(textBatchFeeds(model, [row], reading));
    sums.push(
      own.reduce((sum, token, t) => {
        const shares = logProbabilities(Array.from(data.subarray(t * vocabulary, (t + 1) * vocabulary)), "softmax");
        return sum + (shares[token] as number);
      }, 0),
    );
  }
  return sums;
}
