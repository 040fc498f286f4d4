import { describe, expect, it } from "vitest";
import { classIndex, distinctNames, namingOf } from "./class-names.ts";

const model = (...labels: string[]) => ({ labels, facts: { id: "m" } });

describe("classIndex()", () => {
  it("finds a class by name, exact before any case, and by index", () => {
    expect(classIndex(model("no", "yes"), "target", "yes")).toBe(1);
    expect(classIndex(model("no", "yes"), "target", "YES")).toBe(1);
    expect(classIndex(model("Yes", "yes"), "target", "yes")).toBe(1);
    expect(classIndex(model("no", "yes"), "target", 1)).toBe(1);
    expect(classIndex(model("no", "yes"), "target", "1")).toBe(1);
    expect(classIndex(model("False", "True"), "target", "true")).toBe(1);
  });

  it("reads #N as an index whatever the classes are called", () => {
    expect(classIndex(model("1", "0"), "target", "#1")).toBe(1);
    expect(classIndex(model("#1", "x"), "target", "#1")).toBe(1);
    expect(classIndex(model("other", "news", "other"), "target", "#2")).toBe(2);
    expect(() => classIndex(model("#5", "x"), "target", "#5")).toThrow('Cannot find target "#5"');
  });

  it("reads a number of the API as an index, also where classes are called by numbers", () => {
    expect(classIndex(model("1", "0"), "target", 1)).toBe(1);
    expect(() => classIndex(model("1", "5"), "target", 5)).toThrow("Cannot find target 5");
  });

  it("takes a number that is a name and no index, or both of the same class", () => {
    expect(classIndex(model("1", "2", "3", "4", "5"), "target", "5")).toBe(4);
    expect(classIndex(model("0", "1"), "target", "1")).toBe(1);
  });

  it.each([
    [["other", "news", "other"], "other", '"other" (#0), "other" (#2)', '"#0" or "#2"'],
    [["Spam", "SPAM"], "spam", '"Spam" (#0), "SPAM" (#1)', '"#0" or "#1"'],
    [["1", "0"], "1", '"1" (#0), "0" (#1)', '"#0" or "#1"'],
    [["1", "2", "3", "4", "5"], "1", '"1" (#0), "2" (#1)', '"#0" or "#1"'],
  ])("refuses of %j what means several: %s", (labels, wanted, has, remedy) => {
    expect(() => classIndex(model(...labels), "against", wanted)).toThrow(
      `Cannot tell which class against "${wanted}" means: model "m" has ${has}; give the index: ${remedy}`,
    );
  });
});

describe("distinctNames()", () => {
  it("adds the index to names that are alike, and to those that say nothing", () => {
    expect(distinctNames(["other", "news", "other"])).toEqual(["other (#0)", "news", "other (#2)"]);
    expect(distinctNames(["", "a", "a "])).toEqual(["(#0)", "a (#1)", "a  (#2)"]);
    expect(distinctNames(["Spam", "SPAM"])).toEqual(["Spam", "SPAM"]);
  });
});

describe("namingOf()", () => {
  it("gives each class a text that means it alone", () => {
    for (const labels of [
      ["other", "news", "other"],
      ["1", "0"],
      ["#1", "x"],
      ["a", "A"],
      ["", "b"],
    ]) {
      expect(namingOf(labels).map((naming) => classIndex(model(...labels), "target", naming))).toEqual([
        ...labels.keys(),
      ]);
    }
  });
});
