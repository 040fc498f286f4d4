import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { SCRIPT, SCRIPT_HASH } from "./script.ts";

test("SCRIPT_HASH is the SHA-256 of SCRIPT", () => {
  expect(SCRIPT_HASH).toBe(`sha256-${createHash("sha256").update(SCRIPT).digest("base64")}`);
});

test("SCRIPT is valid JavaScript and writes no markup", () => {
  expect(() => new Function(SCRIPT)).not.toThrow();
  expect(SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function/);
  expect(SCRIPT).not.toContain("</script");
});
