import { expect, test } from "vitest";
import { heatClass, SHADES } from "./heat.ts";

test("heatClass() is symmetric and marks the sign from a tenth of the strength on", () => {
  expect(heatClass(1)).toBe(`p${SHADES} su`);
  expect(heatClass(-1)).toBe(`n${SHADES} op`);
  expect(heatClass(0.06)).toBe("p1");
  expect(heatClass(-0.06)).toBe("n1");
  for (let level = 0; level <= 1; level += 0.01) {
    expect(heatClass(-level)).toBe(heatClass(level).replace("p", "n").replace("su", "op"));
  }
});

test("heatClass() is empty for neutral and for what is not a number, and saturates", () => {
  expect([heatClass(0), heatClass(-0), heatClass(0.01), heatClass(Number.NaN)]).toEqual(["", "", "", ""]);
  expect(heatClass(7)).toBe(heatClass(1));
});
