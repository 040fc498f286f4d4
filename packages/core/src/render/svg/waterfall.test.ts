import { describe, expect, test } from "vitest";
import { FIXTURES, hostile, image, sentence, withoutCompleteness } from "../../../../../test/render/fixtures.ts";
import { waterfall } from "../../reading/waterfall.ts";
import { waterfallSvg } from "./waterfall.ts";

/** Left end and width of every bar of a step. */
const bars = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16"/g)].map(([, x, width]) => ({
    x: Number(x),
    width: Number(width),
  }));

describe("waterfallSvg()", () => {
  test.each(Object.entries(FIXTURES))(
    "draws a bar for every step of %s, each from where the one before it ends",
    (_, one) => {
      const found = waterfall(one);
      const drawing = waterfallSvg(one, { width: 500 });
      if (found === null) {
        expect(drawing).toBeNull();
        return;
      }
      const drawn = bars(String(drawing));
      expect(drawn).toHaveLength(found.steps.length);
      drawn.forEach(({ x, width }, i) => {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(501);
        const [step, next] = [found.steps[i]!, found.steps[i + 1]];
        if (next === undefined) return;
        const end = step.change >= 0 ? x + width : x;
        const begin = next.change >= 0 ? drawn[i + 1]!.x : drawn[i + 1]!.x + drawn[i + 1]!.width;
        // Steps too small to be seen are drawn a pixel wide.
        expect(Math.abs(end - begin)).toBeLessThanOrEqual(2);
      });
    },
  );

  test("tells the sign without colour, marks what is no part of the input, and says all of it in words", () => {
    const svg = String(waterfallSvg(sentence));
    expect(svg).toMatch(/fill="url\(#calig-stripes/);
    expect(svg).toContain("stroke-dasharray");
    expect(svg).toMatch(/<desc>score at the baseline .*; score at the input/);
    expect(String(waterfallSvg(image))).toContain("class token");
    expect(waterfallSvg(withoutCompleteness)).toBeNull();
  });

  test("escapes what the input says", () => {
    expect(String(waterfallSvg(hostile, { items: 50 }))).not.toMatch(/<script|<img/);
  });
});
