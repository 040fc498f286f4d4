import { describe, expect, it } from "vitest";
import { cardIn, trainedOnIn } from "./model-card.ts";

describe("cardIn()", () => {
  it("reads what is known and leaves fields of later versions alone", () => {
    const card = { trainedOn: { en: "letters" }, calibration: [{ probability: 0.6, accuracy: 0.7, inputs: 9 }] };
    expect(cardIn({ ...card, later: 1 })).toEqual({ card, problems: [] });
    expect(cardIn(undefined)).toEqual({ problems: [] });
  });

  it.each([
    [{ trainedOn: "letters" }, "card.trainedOn"],
    [{ calibration: [] }, "card.calibration"],
    [{ calibration: [{ probability: 2, accuracy: 0.7, inputs: 9 }] }, "card.calibration"],
    [{ typical: { inputs: 3 } }, "card.typical"],
    [{ commonWords: { words: [1], share: 0.5 } }, "card.commonWords"],
    [[], '"card"'],
  ])("says what is wrong with %j", (value, named) => {
    const { card, problems } = cardIn(value);
    expect(card).toBeUndefined();
    expect(problems.join()).toContain(named);
  });
});

describe("trainedOnIn()", () => {
  it.each([
    ["---\nlanguage: en\ndatasets:\n- imdb\n- sst2\nlicense: mit\n---\n# A model", "imdb, sst2"],
    ["---\ndatasets: [imdb, 'sst2']\n---\n", "imdb, sst2"],
    ["---\r\ndatasets: imdb\r\n---\r\n", "imdb"],
    ["---\ndatasets:\n  - a\n  - b\n  - c\n  - d\n---\n", "a, b, c and 1 more"],
    ["---\nlicense: mit\n---\n", undefined],
    ["# No front matter\ndatasets: imdb", undefined],
  ])("%j", (readme, wanted) => expect(trainedOnIn(readme)).toBe(wanted));
});
