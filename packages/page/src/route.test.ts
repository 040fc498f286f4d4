import { describe, expect, it } from "vitest";
import { formatRoute, optionTexts, parseRoute } from "./route.ts";

describe("formatRoute() and parseRoute()", () => {
  it("are inverse, whatever the text is", () => {
    const route = { text: "a & b=c #d %20 ü 😀\nline", model: "sst2", withTarget: "nega+tive" };
    expect(parseRoute(formatRoute(route))).toEqual(route);
    expect(parseRoute(formatRoute({}))).toEqual({});
  });

  it("keep options of methods", () => {
    const route = { method: "ca-lig", "option.layerWeights": "0.5, 0.5", "option.steps": "8" } as const;
    expect(parseRoute(formatRoute(route))).toEqual(route);
    expect(optionTexts(route)).toEqual({ layerWeights: "0.5, 0.5", steps: "8" });
    expect(parseRoute("#option.=1&option.__proto__=1&option.steps=")).toEqual({});
  });

  it("keep how pictures are read", () => {
    const route = { background: "#a0b1c2", deepGrey: "scale" };
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it("leave out what is empty or unknown, and texts that no address holds", () => {
    expect(formatRoute({ text: "", model: "" })).toBe("");
    expect(parseRoute("#text=&other=1&method=saliency")).toEqual({ method: "saliency" });
    expect(formatRoute({ text: "a".repeat(8001) })).toBe("");
  });
});
