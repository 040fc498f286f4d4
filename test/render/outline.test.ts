import { expect, it } from "vitest";
import { outline } from "./outline.ts";

it("outline() says what is there, how often and in what, and not how it is drawn", () => {
  const page =
    '<main class="a" style="x"><p>one <b>two</b></p><svg><rect x="1" y="2"/><rect x="3" y="4"/></svg><br></main>';
  expect(outline(page)).toBe('main[class=a]\n p\n  "one"\n  b "two"\n svg rect x 2\n br\n');
  expect(outline(page.replace("two", "three"))).not.toBe(outline(page));
  expect(outline(page.replace('<rect x="1" y="2"/>', ""))).not.toBe(outline(page));
  expect(outline(page.replace('x="1"', 'x="9"').replace('style="x"', 'style="y"'))).toBe(outline(page));
});

it("outline() refuses what is not nested", () => {
  expect(() => outline("<p><b></p></b>")).toThrow("</p> ends b");
  expect(() => outline("<p>")).toThrow("not closed: p");
});
