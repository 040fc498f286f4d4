/** @file Adapters of peft on decoders: what peft computes with them, also where weights are stored [in, out]. */

import { readFileSync } from "node:fs";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";

const FOLDER = "test/fixtures/decoder-adapters";
/** By tools/make_decoder_adapters.py. */
const reference = JSON.parse(readFileSync(`${FOLDER}/reference.json`, "utf8")) as Readonly<
  Record<
    "llama" | "gpt2" | "llama-classes",
    {
      readonly prompt: string;
      readonly answer: string;
      readonly logProbability: number;
      readonly text: string;
      readonly logits: readonly number[];
    }
  >
>;

describe("adapters on decoders", () => {
  it.each(["llama", "gpt2"] as const)("%s has the log-probability of peft", async (name) => {
    const { prompt, answer, logProbability } = reference[name];
    await using model = await loadModel(`${FOLDER}/${name}`);
    const { target, warnings } = await explain(model, { prompt, answer }, { method: "gradient-x-input" });
    expect(target.score).toBeCloseTo(logProbability, 3);
    expect(warnings.map(({ code }) => code)).toContain("merged-adapter");
  });

  it("classes on a language model have the logits of peft", async () => {
    const { text, logits } = reference["llama-classes"];
    await using model = await loadModel(`${FOLDER}/llama-classes`);
    const { predictions } = await explain(model, text, { method: "gradient-x-input" });
    for (const { index, logit } of predictions) expect(logit).toBeCloseTo(logits[index] as number, 4);
  });
});
