/** @file What TypeScript makes of calls as people write them: `npm run types` checks it, nothing runs it. */

import type {
  Baseline,
  BlockExplanation,
  ExplainOptions,
  Explanation,
  ImageExplanation,
  LoadedModel,
  MethodObject,
  NamedExplanation,
  TextExplanation,
} from "@calig/node";
import * as node from "@calig/node";
import type * as web from "@calig/web";
import { describe, expectTypeOf, it } from "vitest";

declare const model: LoadedModel;
declare const webModel: web.WebModel;
declare const picture: node.RgbImage;
declare const explanation: Explanation;

describe("explain()", () => {
  it("gives the kind of explanation that belongs to the input", () => {
    expectTypeOf(node.explain(model, "text")).resolves.toEqualTypeOf<TextExplanation>();
    expectTypeOf(node.explain(model, { text: "a", pair: "b" })).resolves.toEqualTypeOf<TextExplanation>();
    expectTypeOf(node.explain(model, { image: picture })).resolves.toEqualTypeOf<ImageExplanation>();
    expectTypeOf(node.explain(webModel, "text")).resolves.toEqualTypeOf<TextExplanation>();
    // @ts-expect-error: neither a text nor a picture
    node.explain(model, { words: ["a"] });
    // @ts-expect-error: a model, not its name
    node.explain("sst2", "text");
  });

  it("takes options as they are named in the documentation, and no others", () => {
    node.explain(model, "text", { target: "positive", against: 1, steps: "auto", tolerance: 0.05, layers: [0, 5] });
    node.explain(model, "text", { baseline: ["mask", "pad", { text: "a film" }], layerWeights: [1, 2, 3] });
    node.explain(model, "text", { steps: 8, quadrature: "gauss-legendre", fusion: "additive", lambda: 0.3 });
    // @ts-expect-error: misspelt
    node.explain(model, "text", { tolerence: 0.5 });
    // @ts-expect-error: a number as text
    node.explain(model, "text", { lambda: "0.3" });
    // @ts-expect-error: no such baseline
    node.explain(model, "text", { baseline: "masks" });
    // @ts-expect-error: no such word for steps
    node.explain(model, "text", { steps: "many" });
  });

  it("takes methods as names and as objects", () => {
    expectTypeOf<string>().toExtend<ExplainOptions["method"]>();
    expectTypeOf<MethodObject>().toExtend<ExplainOptions["method"]>();
    expectTypeOf<readonly Baseline[]>().toExtend<ExplainOptions["baseline"]>();
  });
});

describe("an Explanation", () => {
  it("is told apart by how its features lie", () => {
    expectTypeOf<Explanation>().toEqualTypeOf<TextExplanation | ImageExplanation | NamedExplanation>();
    expectTypeOf<TextExplanation["words"][number]["attribution"]>().toEqualTypeOf<number>();
    // @ts-expect-error: patches have none
    explanation.words;
    switch (explanation.layout) {
      case "text":
        return expectTypeOf(explanation).toEqualTypeOf<TextExplanation>();
      case "grid":
        return expectTypeOf(explanation).toEqualTypeOf<ImageExplanation>();
      case "names":
        return expectTypeOf(explanation).toEqualTypeOf<NamedExplanation>();
      default:
        // There is no other: a kind that is added stops this from compiling.
        return expectTypeOf(explanation).toEqualTypeOf<never>();
    }
  });

  it("is data that nobody changes, and that JSON holds whole", () => {
    expectTypeOf(explanation.blocks).toEqualTypeOf<readonly BlockExplanation[]>();
    expectTypeOf(explanation.attribution).toEqualTypeOf<readonly number[]>();
    // @ts-expect-error: read-only
    explanation.attribution[0] = 1;
    // @ts-expect-error: read-only
    explanation.warnings = [];
    expectTypeOf(node.parseExplanation).returns.toEqualTypeOf<Explanation>();
  });

  it("of a regression has no probability", () => {
    expectTypeOf(explanation.target.probability).toEqualTypeOf<number | null>();
    expectTypeOf(explanation.completeness).extract<null>().toEqualTypeOf<null>();
  });
});

describe("renderers", () => {
  it("make text of an explanation, and bytes of a picture", () => {
    for (const render of [node.renderJson, node.renderMarkdown, node.renderTerminal, node.renderSvg, node.renderHtml]) {
      expectTypeOf(render).parameter(0).toExtend<Explanation | readonly unknown[]>();
      expectTypeOf(render).returns.toEqualTypeOf<string>();
    }
  });
});

describe("models", () => {
  it("of every platform are explained, measured and verified alike", () => {
    expectTypeOf<LoadedModel>().toExtend<Parameters<typeof node.explain>[0]>();
    expectTypeOf<web.WebModel>().toExtend<Parameters<typeof web.explain>[0]>();
    expectTypeOf<LoadedModel>().toExtend<Parameters<typeof node.evaluate>[0]>();
    expectTypeOf<LoadedModel>().toExtend<Parameters<typeof node.verify>[0]>();
    expectTypeOf(model.dispose).returns.resolves.toEqualTypeOf<void>();
  });
});

describe("errors", () => {
  it("are told by their class or by a guard that narrows", () => {
    const thrown: unknown = null;
    if (node.isCaligError(thrown)) expectTypeOf(thrown.code).toEqualTypeOf<string>();
    // Each class is one of its own: a message for one does not fit another.
    expectTypeOf<node.InputError>().not.toEqualTypeOf<node.CheckpointError>();
  });
});

describe("entries", () => {
  it("of the platforms have all of the portable one", () => {
    type Portable = typeof import("@calig/core");
    expectTypeOf<keyof Portable>().toExtend<keyof typeof node>();
    expectTypeOf<keyof Portable>().toExtend<keyof typeof web>();
  });
});
