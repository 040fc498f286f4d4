import { describe, expect, test } from "vitest";
import { FIXTURES, hostile, longText, sentence } from "../../../../test/render/fixtures.ts";
import { renderJson } from "./json.ts";

describe("renderJson()", () => {
  test.each(Object.entries(FIXTURES))("parses back to the explanation: %s", (_, explanation) => {
    expect(JSON.parse(renderJson(explanation))).toEqual(JSON.parse(JSON.stringify(explanation)));
  });

  test("writes a list for a list", () => {
    const list = [sentence, hostile];
    expect(JSON.parse(renderJson(list))).toEqual(JSON.parse(JSON.stringify(list)));
    expect(JSON.parse(renderJson([]))).toEqual([]);
  });

  test("keeps short records on one line and lets long lists of numbers flow", () => {
    const lines = renderJson(longText).split("\n");
    expect(lines.some((line) => /^ {4}\{ "index": 1, "label": "NEGATIVE", .* \},$/.test(line))).toBe(true);
    expect(lines.length).toBeLessThan(3000);
    const numbers = lines.filter((line) => /^[\s\d.,-]+$/.test(line));
    expect(numbers.length).toBeGreaterThan(100);
    for (const line of numbers) expect(line.length).toBeLessThanOrEqual(120);
  });

  test("ends with a line end, writes null for what is not finite and drops what is undefined", () => {
    const odd = {
      ...sentence,
      attribution: [Number.NaN, 1],
      method: { name: "x", options: { a: undefined, b: Number.POSITIVE_INFINITY } },
    };
    const text = renderJson(odd);
    expect(text.endsWith("}\n")).toBe(true);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(odd)));
  });
});
