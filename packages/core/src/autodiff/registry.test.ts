import { describe, expect, it } from "vitest";
import { InternalError } from "../errors.ts";
import { createRegistry, findEntry, RULES } from "./registry.ts";
import type { RuleEntry } from "./rule.ts";

const entry = (since: number, domain = ""): RuleEntry => ({ domain, opType: "Softmax", since, rule: "none" });

describe("createRegistry()", () => {
  it("takes all rules of calig", () => {
    expect([...createRegistry().values()].flat()).toHaveLength(RULES.length);
  });

  it("refuses two entries for one operator and version", () => {
    expect(() => createRegistry([entry(1), entry(13), entry(1)])).toThrow(InternalError);
    expect(() => createRegistry([entry(1), entry(1, "ai.onnx")])).toThrow("two gradient rules for :Softmax since 1");
  });
});

describe("findEntry()", () => {
  const registry = createRegistry([entry(1), entry(13), entry(1, "com.microsoft")]);

  it("finds the newest entry that is not newer than the operator set", () => {
    expect(findEntry(registry, "", "Softmax", 11)?.since).toBe(1);
    expect(findEntry(registry, "", "Softmax", 13)?.since).toBe(13);
    expect(findEntry(registry, "", "Softmax", 21)?.since).toBe(13);
  });

  it("keeps domains apart, and takes ai.onnx for the standard one", () => {
    expect(findEntry(registry, "com.microsoft", "Softmax", 1)?.domain).toBe("com.microsoft");
    expect(findEntry(registry, "ai.onnx", "Softmax", 17)?.since).toBe(13);
    expect(findEntry(registry, "org.pytorch", "Softmax", 1)).toBeUndefined();
  });

  it("finds nothing for an operator set before the first entry, and for unknown operators", () => {
    expect(findEntry(createRegistry([entry(13)]), "", "Softmax", 12)).toBeUndefined();
    expect(findEntry(registry, "", "Hardmax", 17)).toBeUndefined();
  });
});
