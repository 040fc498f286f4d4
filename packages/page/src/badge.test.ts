import { expect, it } from "vitest";
import { sentence, withoutCompleteness } from "../../../test/render/fixtures.ts";
import { badgeOf } from "./badge.ts";

const converged = (isConverged: boolean) =>
  sentence.blocks.map((block) => ({ ...block, completeness: { ...block.completeness, converged: isConverged } }));

it("badgeOf() says what can be trusted", () => {
  const { completeness, method } = sentence;
  const good = { ...sentence, blocks: converged(true), method: { ...method, options: { tolerance: 0.01 } } };
  const exact = { ...completeness, scoreAtInput: 2, scoreAtBaseline: 1, delta: 0.004, relativeError: 0.004 };
  expect(badgeOf({ ...good, completeness: exact })).toMatchObject({
    state: "complete",
    title: "The numbers add up, but for 0.4%",
  });
  expect(badgeOf({ ...good, completeness: { ...exact, relativeError: 0.2 } })).toMatchObject({
    state: "incomplete",
    title: "The numbers miss 20.0% of the difference",
  });
  expect(badgeOf({ ...good, completeness: exact, blocks: converged(false) })).toMatchObject({
    state: "incomplete",
    title: `${sentence.blocks.length} of ${sentence.blocks.length} blocks not converged`,
  });
  expect(badgeOf(withoutCompleteness).state).toBe("unknown");
});
