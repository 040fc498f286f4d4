import { describe, expect, test } from "vitest";
import {
  against,
  allZero,
  FIXTURES,
  hostile,
  image,
  longText,
  sentence,
  withoutBlocks,
  withoutCompleteness,
} from "../../../../test/render/fixtures.ts";
import { SCRIPT } from "./html/script.ts";
import { renderHtml } from "./html.ts";

/** The page without its style sheet, its script and the embedded JSON. */
const markupOf = (page: string) =>
  page.replace(/<style>[\s\S]*?<\/style>/, "").replace(/<script[^>]*>[\s\S]*?<\/script>/g, "");
/** Tags with the values of their attributes removed: what could act. */
const tagsOf = (page: string) => [...markupOf(page).matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
const textOf = (page: string) =>
  markupOf(page)
    .replace(/<[^>]*>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ");

const VOID = new Set(["meta", "link", "input", "br"]);

function checkNesting(page: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of markupOf(page).matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/g)) {
    if (close === "/") expect(open.pop()).toBe(name);
    else if (!VOID.has(name!) && !rest!.endsWith("/")) open.push(name!);
  }
  expect(open).toEqual([]);
}

describe.each(Object.entries(FIXTURES))("renderHtml() of %s", (_, explanation) => {
  const page = renderHtml(explanation);

  test("nests its elements and has no id twice", () => {
    checkNesting(page);
    const ids = [...markupOf(page).matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of markupOf(page).matchAll(/\s(?:for|aria-labelledby|href)="#?([^":,]+)"/g)) {
      expect(ids).toContain(target);
    }
  });

  test("loads nothing and runs only its own script", () => {
    const tags = tagsOf(page).join("");
    expect(tags).not.toMatch(/<(img|iframe|object|embed|video|audio|base|form)\b|\bon\w+=|\bsrc=/);
    const scripts = [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(scripts.map(([, attributes]) => attributes)).toEqual([' type="application/json" data-explanation', ""]);
    expect(scripts[1]![2]).toBe(SCRIPT);
    expect(page.replace(/"http:\/\/www\.w3\.org\/2000\/svg"/g, "")).not.toMatch(/https?:\/\//);
    expect(page).toContain("default-src &#39;none&#39;");
  });

  test("carries the explanation as JSON that parses back", () => {
    const [, json] = page.match(/data-explanation>([\s\S]*?)<\/script>/)!;
    expect(JSON.parse(json!)).toEqual(JSON.parse(JSON.stringify(explanation)));
  });

  test("shows no number that is not one", () => {
    expect(textOf(page)).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(page).not.toMatch(/style="[^"]*NaN/);
  });

  test("has one title, landmarks, and captions in every table", () => {
    const markup = markupOf(page);
    expect(markup.match(/<h1/g)).toHaveLength(1);
    for (const landmark of ["<header", "<main", "<footer"]) expect(markup.split(landmark)).toHaveLength(2);
    expect(markup.match(/<table/g)?.length).toBe(markup.match(/<caption/g)?.length);
    expect(markup).toContain('<html lang="en">');
  });

  test("is the same for the same explanation", () => {
    expect(renderHtml(explanation)).toBe(page);
  });
});

describe("renderHtml()", () => {
  test("says everything in words: target, classes, warning, words, completeness, options, model, cost", () => {
    const text = textOf(renderHtml(sentence));
    expect(text).toContain("POSITIVE 99.0%");
    expect(text).toContain("The model says “POSITIVE”. It is very sure (99%).");
    expect(text).toMatch(/What speaks most for “POSITIVE”: “unforgettable” \(strong\)/);
    expect(text).toContain("Take care. The numbers behind this did not settle.");
    expect(text).toContain("Warning: not converged. Block 0 reached");
    expect(text).toContain("Where the score comes from");
    expect(text).toContain("1 unforgettable +1.92");
    expect(text).toContain("1 not −1.08");
    expect(text).toContain("Special tokens hold +0.0130 of the attribution, 2.5% of its magnitude");
    expect(text).toContain("off by +0.0760, or 2.9%, above the tolerance of 1.0%");
    expect(text).toContain("1 of 6 blocks did not converge");
    expect(text).toContain("layer weights uniform");
    expect(text).toContain(sentence.model.sha256);
    expect(text).toContain("peak memory 412 MiB");
    expect(textOf(renderHtml(against))).toContain("POSITIVE rather than NEGATIVE 99.0%");
    expect(textOf(renderHtml(against))).toContain("Explained score: logit difference 2.303");
  });

  test("says when the explained class is not the predicted one", () => {
    const other = { ...sentence, target: { ...sentence.target, index: 0, label: "NEGATIVE", probability: 0.01 } };
    expect(textOf(renderHtml(other))).toContain("Not what the model predicts, which is POSITIVE with 99.0%");
  });

  test("shows the text unbroken, in words and in tokens", () => {
    const page = renderHtml(longText);
    for (const name of ["words", "tokens"]) {
      const [, map] = page.match(new RegExp(`data-map="${name}"[^>]*>(.*?)</div>`, "s"))!;
      const shown = map!.replace(/<span class="w special[^>]*>[^<]*<\/span>/g, "").replace(/<[^>]*>/g, "");
      expect(shown).toBe(longText.input.text);
    }
    expect(page).toContain('<span class="unread">And yet I would watch it again tomorrow.</span>');
  });

  test("gives every word its number as text", () => {
    const page = renderHtml(sentence);
    const rows = page.match(/Attribution of all words in reading order<\/caption>.*?<\/table>/s)![0];
    expect(rows.match(/<tr>/g)).toHaveLength(sentence.words.length + 1);
    expect(page).toContain('title="not −1.08"');
    expect(page).toContain('aria-label="unforgettable: block 0 +0.63, block 1 +0.84');
  });

  test("marks blocks that did not converge by text, not by colour only", () => {
    const page = renderHtml(sentence);
    expect(page).toMatch(/<tr class="miss"><th scope="row">Block 0<\/th>.*?<strong>not converged<\/strong>/);
    expect(page).toMatch(/Block 0<span aria-hidden="true"> !<\/span><span class="sr">, not converged<\/span>/);
  });

  test("escapes hostile tokens, labels, ids and messages", () => {
    const page = renderHtml(hostile);
    expect(page.split("<script")).toHaveLength(3);
    expect(page.split("</script")).toHaveLength(3);
    expect(page.split("</style")).toHaveLength(2);
    expect(tagsOf(page).join("")).not.toMatch(/onerror|<img|<b>code/);
    expect(markupOf(page)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  });

  test("draws patches, small maps of blocks and the picture under them", () => {
    const picture = "data:image/png;base64,iVBORw0KGgo=";
    const page = renderHtml(image, { pictures: [picture] });
    expect(page.match(/data-map="words".*?<\/div>/s)![0].match(/data-f=/g)).toHaveLength(196);
    expect(page.match(/<li data-b=/g)).toHaveLength(4);
    // Once, however often it is drawn.
    expect(page.split(picture)).toHaveLength(2);
    expect(page.match(/<use href="#e1-photo"/g)?.length).toBeGreaterThan(6);
    expect(() => renderHtml(image, { pictures: ["https://example.org/x.png"] })).toThrow("give a data URI");
  });

  test("says so of a method that has no completeness", () => {
    const page = textOf(renderHtml(withoutCompleteness));
    expect(page).toContain("This method does not say what its values should add up to.");
    expect(page).not.toMatch(/at the baseline|NaN/);
  });

  test("speaks of what matters where values have no sign", () => {
    const page = textOf(renderHtml(withoutCompleteness));
    expect(page).toMatch(/What matters most for “POSITIVE”, for or against/);
    expect(page).toContain("Coloured words matter, whether they speak for it or against it.");
    expect(page).not.toMatch(/Supports|Opposes|in units of|Where the score comes from/);
  });

  test("leaves out the blocks of a method that has none, and says that a map of zeros is one", () => {
    expect(renderHtml(withoutBlocks)).not.toContain("Evidence by block");
    expect(textOf(renderHtml(allZero))).toContain("No word speaks clearly for “NEUTRAL”.");
  });

  test("puts several explanations on one page, with a list of them", () => {
    const page = renderHtml([sentence, image, hostile], { title: "Report & more" });
    expect(page.match(/<article /g)).toHaveLength(3);
    expect(page).toContain("<title>Report &amp; more</title>");
    for (const id of ["e1", "e2", "e3"]) expect(page).toContain(`href="#${id}"`);
    checkNesting(page);
    const ids = [...markupOf(page).matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(renderHtml([])).toContain("No explanations");
  });

  test("says no colours that a palette does not have", () => {
    expect(textOf(renderHtml(sentence, { palette: "grayscale" }))).toContain("Words with a solid line speak for it");
    expect(() => renderHtml(sentence, { palette: "x" })).toThrow('Unknown palette "x"');
  });
});
