import { describe, expect, test } from "vitest";
import {
  allZero,
  FIXTURES,
  hostile,
  image,
  scripts,
  sentence,
  withoutCompleteness,
} from "../../../../test/render/fixtures.ts";
import { hex } from "./oklab.ts";
import { OVERLAYS } from "./overlay.ts";
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
    expect(tags).not.toMatch(/<(script|style|a|foreignObject)\b|\bon\w+=/);
    // Smooth maps are pictures inside the drawing.
    for (const [, address] of svg.matchAll(/href="([^"]*)"/g)) expect(address).toMatch(/^data:image\/png;base64,/);
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

  test.each(OVERLAYS)("tells the number of each patch in %s, over the picture when one is given", (overlay) => {
    expect(renderSvg(image, { overlay }).match(/<title>row /g)).toHaveLength(196);
    const picture = "data:image/png;base64,iVBORw0KGgo=";
    const svg = renderSvg(image, { picture, overlay });
    // Once, used by the large map and by that of each of the four blocks.
    expect(svg.split(`href="${picture}"`)).toHaveLength(2);
    const [, id] = /<image id="([^"]+)"/.exec(svg)!;
    // The picture itself, the map, and those of four blocks.
    expect(svg.split(`<use href="#${id}"`)).toHaveLength(7);
    // Contours lie over the picture as it is, filled overlays over a pale one.
    expect(svg.includes(`filter="url(#${id}-pale)"`)).toBe(overlay !== "contours");
    expect(() => renderSvg(image, { picture: "https://example.org/x.png" })).toThrow("give a data URI");
  });

  test("refuses an overlay that there is none of", () => {
    expect(() => renderSvg(image, { overlay: "heat" as "smooth" })).toThrow(
      'Unknown overlay "heat": use one of "smooth", "patches", "contours"',
    );
  });

  test("puts a map of each block below a picture, with their common scale, unless they are hidden", () => {
    const svg = renderSvg(image);
    expect(svg).toMatch(/Evidence of each block, one scale for all: full strength is ≥ 0\.\d+ for or against</);
    expect([...svg.matchAll(/>Block (\d+)</g)].map(([, index]) => Number(index))).toEqual([0, 1, 2, 3]);
    expect(renderSvg(image, { blockMaps: false })).not.toContain("Block");
    expect(renderSvg({ ...image, blocks: [] })).not.toContain("Evidence of each block");
    expect(renderSvg(sentence)).not.toContain("Evidence of each block");
  });

  test("fades what the model did not see", () => {
    const picture = "data:image/png;base64,iVBORw0KGgo=";
    const veil = /<path d="M0 0H[^"]*" fill="#fdfdfd" fill-opacity="0.55"\/>/g;
    expect(renderSvg(image, { picture })).not.toMatch(veil);
    const cropped = { ...image, input: { ...image.input, seen: [0, 32, 224, 160] as const } };
    expect(renderSvg(cropped, { picture }).match(veil)).toHaveLength(5);
  });

  test("says in words where the evidence lies", () => {
    expect(renderSvg(image)).toContain(
      "<desc>Supports tabby cat: centre, right and top (71% of the supporting evidence). Opposes it: ",
    );
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
