/** @file Decision sheets: every effect and change that is stated is asked of the model again, in another way than it was found. */

import { checkSheet, type DecisionSheet, decisionHtml, decisionMarkdown, decisionSheet, loadModel } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { headFiles } from "../support/head-models.ts";
import { recheckDecision } from "../support/restate-decision.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const AT = { circumstances: { at: new Date("2026-11-30T12:00:00Z") } };

describe("decision sheets of a text", () => {
  let model: Awaited<ReturnType<typeof loadModel>>;
  let sheet: DecisionSheet;
  beforeAll(async () => {
    model = await loadModel("sst2");
    sheet = await decisionSheet(model, "It is not bad.", { effort: "fast", ...AT });
  });
  afterAll(() => model.dispose());

  it.each(["A gripping film that forgets to end", "A superb and moving film."])(
    "on %j state what the model says, and a change without a part that does it alone",
    async (text) => {
      const made = await decisionSheet(model, text, { effort: "fast", ...AT });
      expect(await recheckDecision(model, { text }, made)).toMatchObject({ wrong: [] });
      expect(made.tests.supporting.length).toBeGreaterThan(0);
      expect(made.tests.reliability.baselines?.baselines).toEqual(["mask", "pad", "unk"]);
    },
  );

  it("are the same every time, but for when they were made", async () => {
    const again = await decisionSheet(model, "It is not bad.", { effort: "fast" });
    expect(again.checksums.numbers).toBe(sheet.checksums.numbers);
    expect(again.checksums.sheet).not.toBe(sheet.checksums.sheet);
  });

  it("are found to be as written, or changed: data, page, and both", async () => {
    const page = decisionHtml(sheet);
    const json = JSON.stringify(sheet);
    expect(await checkSheet(page)).toMatchObject({ whole: true, page: true });
    expect(await checkSheet(json)).toMatchObject({ whole: true, page: null });
    const shown = page.replace("not stated", "a judge");
    expect(shown).not.toBe(page);
    expect(await checkSheet(shown)).toMatchObject({ whole: false, page: false, checksums: { sheet: true } });
    const { made, ...rest } = sheet;
    expect(await checkSheet(JSON.stringify({ ...rest, made: { ...made, at: "2020-01-01" } }))).toMatchObject({
      whole: false,
      checksums: { sheet: false, numbers: true },
    });
    const other = { ...sheet, result: { ...sheet.result, probability: 0.99 } };
    expect(await checkSheet(JSON.stringify(other))).toMatchObject({ checksums: { sheet: false, numbers: false } });
    await expect(checkSheet("<p>no sheet</p>")).rejects.toThrow("there is no decision sheet in it");
    await expect(checkSheet(JSON.stringify({ ...sheet, explanation: {} }))).rejects.toThrow(
      /^Cannot check the file: field/,
    );
  });

  it("show what was stated, what was not, and claim nothing", async () => {
    const said = decisionMarkdown(sheet);
    expect(said).toContain("it does not establish compliance with any of them");
    expect(said.replace("does not establish compliance", "")).not.toMatch(
      /\b(complian\w+|complies|comply|guarantee\w*|proves?|unbiased)\b/i,
    );
    for (const text of ["Article 86(1)", "Article 13", "Article 15(1)(h)", "Article 22(3)", "C-203/22"]) {
      expect(said).toContain(text);
    }
    const stated = await decisionSheet(model, "Dull.", {
      effort: "instant",
      language: "de",
      context: { contest: { contact: "<b>Amt</b>" }, system: { sha256: model.facts.sha256.toUpperCase() } },
    });
    const german = decisionMarkdown(stated);
    expect(german).toContain("## Wo man die Entscheidung anfechten kann");
    expect(german).toMatch(/\| An wen \| .*Amt/);
    expect(german).toContain("| Bis wann | nicht angegeben |");
    expect(german).toContain("stellt nicht fest, dass einer davon eingehalten ist");
    const explanation: DecisionSheet["explanation"] = {
      ...stated.explanation,
      warnings: [
        { code: "blocks-left-out", message: "Block 2 did not meet the tolerance" },
        { code: "of-another", message: "Said by a plugin" },
      ],
    };
    const page = decisionHtml({ ...stated, explanation });
    expect(page).toContain('<html lang="de">');
    expect(page).toContain("Blöcke, deren Zahlen nicht genau genug wurden");
    expect(page).toContain("Said by a plugin");
    const [frame = ""] = page.split("<script");
    for (const english of ["Skip to", "Colours of the page", "Made with", "did not meet", "Warnings"]) {
      expect(frame).not.toContain(english);
    }
    expect(decisionHtml(stated)).not.toContain("<b>Amt</b>");
    expect((await checkSheet(decisionHtml(stated))).whole).toBe(true);
  });

  it.each<[string, Parameters<typeof decisionSheet>[2], string]>([
    ["another class", { target: "positive" }, 'of class "positive": the model decided "negative"'],
    ["a method without sign", { method: "saliency" }, 'by method "saliency": it does not say what speaks for'],
    ["the difference of two classes", { against: "positive" }, "of another question than what the model decides"],
    [
      "the context of another model",
      { context: { system: { sha256: "00" } } },
      'the context states "00" as its checksum (system.sha256), and its weights have',
    ],
    [
      "a context with another field",
      { context: { system: { nmae: "x" } as object } },
      'there is no field of "system" "nmae", did you mean "name"?',
    ],
    ["a context of another kind", { context: [] as object }, "it is a list, wanted an object"],
    [
      "a context with a number",
      { context: { contest: { deadline: 30 } as object } },
      'field "contest.deadline" is 30, wanted a text',
    ],
  ])("are refused for %s", async (_, options, message) => {
    await expect(
      decisionSheet(model, "Dull.", {
        ...(options?.method === undefined ? { effort: "instant" as const } : {}),
        ...options,
      }),
    ).rejects.toThrow(message);
  });
});

test("a decision sheet of a picture states what the model says", async () => {
  await using model = await loadModel("cifar10");
  const input = { image: syntheticPicture(40, 32) };
  const picture = "data:image/png;base64,AAAA";
  const sheet = await decisionSheet(model, input, {
    effort: "instant",
    circumstances: { ...AT.circumstances, picture },
  });
  expect(await recheckDecision(model, input, sheet)).toMatchObject({ wrong: [] });
  const page = decisionHtml(sheet, { picture });
  expect(await checkSheet(page)).toMatchObject({ whole: true, page: true });
  expect(await checkSheet(page.replace(picture, "data:image/png;base64,BBBB"))).toMatchObject({ page: false });
  expect(decisionMarkdown(sheet)).toMatch(/\| 1: row \d+, column \d+ \|/);
});

test.each([
  ["regression", "one", "none"],
  ["multi_label_classification", "three", "label"],
] as const)("of a head that decides otherwise: %s", async (problem_type, weights, decision) => {
  const names = weights === "one" ? ["stars"] : ["a", "b", "c"];
  const config = { problem_type, id2label: Object.fromEntries(names.entries()) };
  await using model = await loadModel(await tempFolder(headFiles(weights, config)));
  const sheet = await decisionSheet(model, "a fine film", { effort: "instant", ...AT });
  expect(sheet.result.runnerUp).toBeNull();
  expect(sheet.tests.decision).toBe(decision);
  expect(sheet.result.probability === null).toBe(problem_type === "regression");
  expect((await checkSheet(decisionHtml(sheet))).whole).toBe(true);
});
