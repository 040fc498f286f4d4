import { describe, expect, test } from "vitest";
import { FIXTURES, image, sentence } from "../../../../test/render/fixtures.ts";
import { RENDERERS, rendererOf } from "./registry.ts";

describe.each(RENDERERS)("renderer $name", ({ name, extension, mediaType, render }) => {
  test.each(Object.entries(FIXTURES))("makes text of %s with defaults", (_, explanation) => {
    const output = render(explanation);
    expect(output.length).toBeGreaterThan(100);
    expect(output.endsWith("\n")).toBe(true);
  });

  test("takes the options of all renderers", () => {
    const picture = "data:image/png;base64,iVBORw0KGgo=";
    const options = {
      columns: 60,
      colors: 24,
      unicode: false,
      verbose: true,
      palette: "coral-teal",
      theme: "dark",
    } as const;
    expect(render(image, { ...options, width: 300, title: "T", picture }).length).toBeGreaterThan(100);
  });

  test("has a name, an extension without a dot and a media type", () => {
    expect(name).toMatch(/^[a-z]+$/);
    expect(extension).toMatch(/^[a-z]+$/);
    expect(mediaType).toMatch(/^[a-z]+\/[a-z+]+(; charset=utf-8)?$/);
  });

  test("does not change the explanation", () => {
    const before = JSON.stringify(sentence);
    render(sentence);
    expect(JSON.stringify(sentence)).toBe(before);
  });
});

test("names and extensions of renderers are unique", () => {
  for (const key of ["name", "extension"] as const) {
    expect(new Set(RENDERERS.map((renderer) => renderer[key])).size).toBe(RENDERERS.length);
  }
});

test("rendererOf() lists all names when it knows none of this name", () => {
  expect(rendererOf("svg").mediaType).toBe("image/svg+xml");
  expect(() => rendererOf("pdf")).toThrow(
    'Unknown format "pdf": use one of "terminal", "json", "html", "markdown", "svg"',
  );
});
