import { describe, expect, test } from "vitest";
import type { BrowseRow } from "../row-data.ts";
import { chooseRows, type Wishes } from "./choose.ts";

const ANY: Wishes = {
  search: "",
  word: "",
  side: "",
  decision: "",
  right: "",
  warning: "",
  order: "file",
};

const row = (facts: Partial<BrowseRow>): BrowseRow => ({
  name: "f.csv, line 2",
  decision: "positive",
  value: "",
  certainty: null,
  explained: "",
  label: "",
  right: null,
  error: null,
  warnings: [],
  text: "",
  from: 0,
  to: 0,
  marks: [],
  grid: null,
  thumbnail: "",
  ...facts,
});

// "not" opposes in the first and supports in the second; the third has it inside of another word.
const ROWS = [
  row({ text: "Not good", marks: [0, 3, -12, 1, 4, 9], certainty: 0.6, error: 0.001, right: true, label: "positive" }),
  row({ text: "why not", marks: [4, 3, 5], certainty: 0.9, decision: "negative", right: false, label: "0" }),
  row({ text: "Another (note)", certainty: 0.5, error: 0.2, warnings: [1], decision: "negative" }),
  row({ text: "c++ rocks!", error: 0.05, warnings: [0, 1], name: "other.csv, line 7" }),
];
const chosen = (wishes: Partial<Wishes>) => chooseRows(ROWS, { ...ANY, ...wishes });

describe("chooseRows()", () => {
  test.each<[string, Partial<Wishes>, number[]]>([
    ["nothing asked", {}, [0, 1, 2, 3]],
    ["text, whatever the case", { search: "  NOT" }, [0, 1, 2]],
    ["the place of the input", { search: "other.csv" }, [3]],
    ["a decision", { decision: "negative" }, [1, 2]],
    ["errors", { right: "wrong" }, [1]],
    ["what is right", { right: "right" }, [0]],
    ["what has no label", { right: "unknown" }, [2, 3]],
    ["any warning", { warning: "any" }, [2, 3]],
    ["no warning", { warning: "none" }, [0, 1]],
    ["one warning", { warning: "0" }, [3]],
    ["a whole word", { word: "not" }, [0, 1]],
    ["a word that supports", { word: "not", side: "supports" }, [1]],
    ["a word that opposes", { word: "NOT", side: "opposes" }, [0]],
    ["a word without evidence", { word: "why", side: "supports" }, []],
    ["a word of signs", { word: "c++" }, [3]],
    ["a sign", { word: "!" }, [3]],
    ["several at once", { word: "not", decision: "negative", right: "wrong" }, [1]],
  ])("lists %s", (_, wishes, places) => {
    expect(chosen(wishes)).toEqual(places);
  });

  test("sorts by certainty and by completeness; rows without the number come last", () => {
    expect(chosen({ order: "unsure" })).toEqual([2, 0, 1, 3]);
    expect(chosen({ order: "sure" })).toEqual([1, 0, 2, 3]);
    expect(chosen({ order: "incomplete" })).toEqual([2, 3, 0, 1]);
  });
});
