import { describe, expect, test } from "vitest";
import {
  allZero,
  FIXTURES,
  hostile,
  image,
  scripts,
  sentence,
  withoutCompleteness,
} from "../../test/render/fixtures.ts";
import { hex } from "./oklab.ts";
import { paletteOf } from "./palette.ts";
import { renderSvg } from "./svg.ts";

/** Checks that tags nest and close; the browser test parses the pictures as XML. */
function checkNesting(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*\s*\/?)>/g)) {
    if (close === "/") expect(open.pop()).toBe(name);
    else if (!rest!.endsWith("/")) open.push(name!);
  }
  expect(open).toEqual([]);
  expect(svg.replace(/<\/?[a-z]+(?:\s[\w:-]+="[^"<]*")*\s*\/?>/g, "")).not.toMatch(/[<>]/);
}

describe.each(Object.entries(FIXTURES))("renderSvg() of %s", (_, explanation) => {
  const svg = renderSvg(explanation);

  test("is well nested, refers to nothing outside and runs nothing", () => {
    checkNesting(svg);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:/);
    const tags = [...svg.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')).join("");
    expect(tags).not.toMatch(/<(script|style|image|use|a|foreignObject)\b|\bon\w+=|href=/);
    expect(svg).not.toContain("NaN");
  });

  test("has a title and a description", () => {
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="[^"]+"[^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
  });
});

describe("renderSvg()", () => {
  test("tells words and their numbers, and the sign without colour", () => {
    const svg = renderSvg(sentence);
    expect(svg).toContain("<title>POSITIVE 99.0%</title>");
    expect(svg).toContain("Strongest support: unforgettable +1.92");
    expect(svg).toContain("<title>not: −1.08</title>");
    expect(svg.match(/stroke-dasharray/g)?.length).toBeGreaterThan(1);
    expect(svg).toContain(hex(paletteOf().color(1)));
  });

  test("takes width, palette and theme", () => {
    const palette = paletteOf("coral-teal", "dark");
    const svg = renderSvg(sentence, { width: 400, palette: "coral-teal", theme: "dark" });
    expect(svg).toMatch(/^<svg xmlns="[^"]+" width="400" height="[\d.]+" viewBox="0 0 400 /);
    expect(svg).toContain(`fill="${hex(palette.neutral)}"`);
    for (const [, x, length] of svg.matchAll(/ x="([\d.]+)" y="[\d.]+" textLength="([\d.]+)"/g)) {
      expect(Number(x) + Number(length)).toBeLessThanOrEqual(400 - 48);
    }
  });

  test("starts right-to-left text at the right", () => {
    const places = [...renderSvg(scripts).matchAll(/<text x="([\d.]+)" y="22" textLength="([\d.]+)"[^>]*>([^<]+)</g)];
    const first = places.find((place) => place[3] === "هذا")!;
    expect(Number(first[1]) + Number(first[2])).toBeCloseTo(720 - 48, 0);
    expect(Number(places.find((place) => place[3] === "רע")![1])).toBeLessThan(Number(first[1]));
  });

  test("draws one cell per patch, over the picture when one is given", () => {
    expect(renderSvg(image).match(/<title>row /g)).toHaveLength(196);
    const picture = "data:image/png;base64,iVBORw0KGgo=";
    expect(renderSvg(image, { picture })).toContain(`<image href="${picture}"`);
    expect(() => renderSvg(image, { picture: "https://example.org/x.png" })).toThrow("give a data URI");
  });

  test("shows a map of zeros without shades and says so", () => {
    const svg = renderSvg(allZero);
    expect(svg).toContain("All attributions are 0");
    expect(svg.match(/<rect/g)).toHaveLength(1);
  });

  test("speaks of what matters where values have no sign", () => {
    const svg = renderSvg(withoutCompleteness);
    expect(svg).toContain("What words matter for POSITIVE. Strongest: ");
    expect(svg).toMatch(/>1\.\d+ matters</);
    expect(svg).not.toMatch(/upports|pposes|upport:/);
  });

  test("escapes hostile text and labels", () => {
    const svg = renderSvg(hostile);
    expect(svg).toContain("&lt;script&gt;");
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  });

  test("refuses a width that shows nothing", () => {
    expect(() => renderSvg(sentence, { width: 100 })).toThrow("Cannot draw 100 pixels wide: give a number >= 240");
  });
});
