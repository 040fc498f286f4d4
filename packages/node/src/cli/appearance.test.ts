import { describe, expect, test } from "vitest";
import { backgroundTheme, colorDepth, hasUnicode, terminalColumns } from "./appearance.ts";

describe("colorDepth()", () => {
  const XTERM = { TERM: "xterm-256color" };

  test.each([
    ["auto", true, XTERM, 8],
    ["auto", true, { TERM: "xterm", COLORTERM: "truecolor" }, 24],
    ["auto", true, { TERM: "xterm" }, 4],
    ["auto", true, { TERM: "dumb" }, 0],
    ["auto", true, {}, 0],
    ["auto", false, XTERM, 0],
    ["auto", true, { ...XTERM, NO_COLOR: "1" }, 0],
    ["auto", true, { ...XTERM, NO_COLOR: "" }, 8],
    ["auto", false, { FORCE_COLOR: "3" }, 24],
    ["auto", false, { FORCE_COLOR: "1" }, 4],
    ["auto", true, { ...XTERM, FORCE_COLOR: "0" }, 0],
    ["auto", false, { FORCE_COLOR: "2", NO_COLOR: "1" }, 8],
    ["never", true, { ...XTERM, FORCE_COLOR: "3" }, 0],
    ["always", false, XTERM, 8],
    ["always", false, { TERM: "dumb", NO_COLOR: "1" }, 4],
  ] as const)("%s, terminal %s, %j: %s bits", (when, isTTY, env, bits) => {
    expect(colorDepth(when, isTTY, env)).toBe(bits);
  });
});

test.each([
  [{}, true],
  [{ LANG: "de_DE.UTF-8" }, true],
  [{ LANG: "C" }, false],
  [{ LANG: "C.UTF-8" }, true],
  [{ LANG: "en_US.UTF-8", LC_ALL: "POSIX" }, false],
  [{ LANG: "de_DE.ISO-8859-1" }, false],
  [{ LANG: "en_US.UTF-8", TERM: "linux" }, false],
])("hasUnicode(%j) is %s", (env, expected) => {
  expect(hasUnicode(env)).toBe(expected);
});

test("backgroundTheme() reads COLORFGBG", () => {
  expect(backgroundTheme({})).toBe("dark");
  expect(backgroundTheme({ COLORFGBG: "15;0" })).toBe("dark");
  expect(backgroundTheme({ COLORFGBG: "0;15" })).toBe("light");
  expect(backgroundTheme({ COLORFGBG: "0;default;7" })).toBe("light");
});

test("terminalColumns() is 80 where the terminal does not know its width", () => {
  expect([undefined, 0, 1, 132].map(terminalColumns)).toEqual([80, 80, 1, 132]);
});
