/** @file What is said of inputs given to the built-in model: those of docs/reading.md. */

import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import { summarise } from "@calig/core/internal/reading/summarise";
import { explain, loadModel } from "@calig/node";
import { beforeAll, describe, expect, it } from "vitest";

const TEXTS = {
  nonsense: "asdkjh qwe zxcv",
  spanish: "La película es maravillosa y los actores están muy bien",
  plain: "The movie is superb.",
} as const;

describe("the built-in model of texts", () => {
  const explained = new Map<keyof typeof TEXTS, TextExplanation>();
  beforeAll(async () => {
    await using model = await loadModel("sst2");
    for (const [name, text] of Object.entries(TEXTS)) {
      explained.set(name as keyof typeof TEXTS, await explain(model, text, { tolerance: 0.1 }));
    }
  });
  const summaryOf = (name: keyof typeof TEXTS) => summarise(explained.get(name) as TextExplanation);
  const itemsOf = (name: keyof typeof TEXTS) => summaryOf(name).statements.flatMap(({ items = [] }) => items);

  it.each(["nonsense", "spanish"] as const)(
    "is not to be relied on for %s, where nothing is more than weak",
    (name) => {
      expect(explained.get(name)?.warnings.map(({ code }) => code)).toContain("split-words");
      expect(summaryOf(name).text).toContain("Do not rely on that");
      for (const { level } of itemsOf(name)) expect(["faint", "weak"]).toContain(level);
    },
  );

  it("names what is strong in a sentence of its own kind, and how often it is right", () => {
    expect(explained.get("plain")?.warnings).toEqual([]);
    expect(itemsOf("plain")[0]).toMatchObject({ name: "“superb”", level: "strong" });
    expect(summaryOf("plain").text).toMatch(/It is very sure \(95%\)\. In a test it was right about 9\d times in 100/);
    expect(summaryOf("plain").text).toContain("The model learned from sentences of English film reviews.");
  });
});
