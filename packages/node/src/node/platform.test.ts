import { describe, expect, it } from "vitest";
import { availableBytes } from "./platform.ts";

describe("availableBytes()", () => {
  it("is a positive number of bytes", () => {
    expect(availableBytes()).toBeGreaterThan(1e6);
  });
});
