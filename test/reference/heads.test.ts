/** @file Heads under many configurations: names, logits and probabilities are those of transformers' pipelines, or the model is refused. */

import { CheckpointError, type Explanation, explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { HEADS, type HeadAnswer, headFiles } from "../support/head-models.ts";
import "../support/matchers.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const { text, pair } = HEADS;
const CLOSE = { atol: 1e-4, rtol: 1e-4 };

const byIndex = ({ predictions }: Explanation) => [...predictions].sort((a, b) => a.index - b.index);

/** The answer of the newest version that has one. */
function answerOf(title: string): HeadAnswer {
  const answers = Object.values(HEADS.cases[title]?.answers ?? {});
  return answers.filter(({ refused }) => refused === undefined).at(-1) ?? { refused: "all" };
}

async function open(title: string) {
  const { weights, config } = HEADS.cases[title] as (typeof HEADS.cases)[string];
  return loadModel(await tempFolder(headFiles(weights, config)));
}

/** Models that pipelines show otherwise, and why; calig never shows a softmax over one logit. */
const WARNED: Readonly<Record<string, RegExp>> = {
  "one, unstated": /one output, and nothing says what it is/,
  "one, num_labels": /one output, and nothing says what it is/,
  "one, single label": /softmax is 1 whatever the input is/,
  "names: only label2id": /"label2id" names classes .* but there is no "id2label"/,
  "names: label2id contradicts": /"label2id" and "id2label" contradict each other/,
  "names: stale": /the number wins, as in transformers 5/,
};

describe("heads of whole inputs", () => {
  const whole = Object.keys(HEADS.cases).filter((title) => answerOf(title).logits !== undefined);

  it.each(whole)("%s: as the pipeline shows it", async (title) => {
    const { labels, logits = [], scores = [] } = answerOf(title);
    await using model = await open(title);
    const explanation = await explain(model, { text, pair }, { method: "random" });
    const found = byIndex(explanation);
    expect(found.map(({ label }) => label)).toEqual(labels);
    expect(found.map(({ logit }) => logit)).toBeAllClose(logits, CLOSE);
    if (title.includes("regression")) {
      expect(scores).toEqual(logits);
      expect(found.map(({ probability }) => probability)).toEqual(found.map(() => null));
      expect(explanation.target.probability).toBeNull();
    } else {
      expect(found.map(({ probability }) => probability ?? Number.NaN)).toBeAllClose(scores, CLOSE);
      expect(explanation.target.probability).toBe(explanation.predictions[0]?.probability);
    }
    const said = explanation.warnings.filter(({ code }) => code === "labels" || code === "problem-type");
    const wanted = WARNED[title];
    if (wanted === undefined) expect(said).toEqual([]);
    else expect(said.map(({ message }) => message).join()).toMatch(wanted);
  });
});

describe("heads that transformers does not load", () => {
  const refused = Object.keys(HEADS.cases).filter((title) => answerOf(title).refused !== undefined);

  it.each(refused)("%s: refused", async (title) => {
    await expect(open(title)).rejects.toThrow(CheckpointError);
  });

  it("are some of them", () => {
    expect(refused.length).toBeGreaterThanOrEqual(4);
  });
});

describe("heads of tokens", () => {
  const each = Object.entries(HEADS.cases).flatMap(([title]) =>
    (answerOf(title).tokens ?? []).map((token) => [title, token.position, token] as const),
  );

  it.each(each)("%s, token %i: as the pipeline shows it", async (title, position, wanted) => {
    await using model = await open(title);
    const explanation = await explain(model, text, { method: "random", token: position });
    const [best] = explanation.predictions;
    expect(byIndex(explanation).map(({ logit }) => logit)).toBeAllClose(wanted.logits, CLOSE);
    expect(best?.label).toBe(wanted.label);
    // The pipeline shows the softmax over one logit, which is 1 for every token: calig shows the sigmoid.
    const sigmoid = 1 / (1 + Math.exp(-(wanted.logits[0] ?? 0)));
    expect([best?.probability ?? 0]).toBeAllClose([title === "tokens, one" ? sigmoid : wanted.score], CLOSE);
    const isWarned = explanation.warnings.some(({ code }) => code === "problem-type");
    expect(isWarned).toBe(title !== "tokens, three");
  });
});
