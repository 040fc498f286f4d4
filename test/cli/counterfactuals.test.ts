/** @file What `calig explain` tries out besides: on the terminal unasked, for programs where they ask. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { describe, expect, test, vi } from "vitest";
import { runCli } from "../support/run-cli.ts";

vi.mock(import("@calig/node/internal/node/load-model"), async (original) =>
  (await import("../support/shared-models.ts")).shareModels(await original()),
);

const TEXT = "A gripping film that forgets to end";
const run = (...argv: string[]) => runCli(["explain", TEXT, "--effort", "fast", ...argv]);

describe("counterfactuals", () => {
  test("are tried for people, and not where they say no or want an instant", async () => {
    const [shown, off, instant] = [
      await run(),
      await run("--no-counterfactuals"),
      await runCli(["explain", TEXT, "--effort", "instant"]),
    ];
    expect(shown.stdout).toMatch(/without forgets +positive +\d/);
    expect(shown.stdout).toContain("The decision changes without forgets.");
    for (const { stdout, code } of [off, instant]) {
      expect(code).toBe(0);
      expect(stdout).not.toContain("Tried");
    }
  });

  test("are in JSON where they are asked for", async () => {
    const { counterfactuals } = JSON.parse((await run("--json")).stdout) as Explanation;
    expect(counterfactuals).toBeUndefined();
    const asked = JSON.parse((await run("--json", "--counterfactuals")).stdout) as Explanation;
    expect(asked.counterfactuals?.smallestFlip?.features.map(({ text }) => text)).toEqual(["forgets"]);
    expect(asked.counterfactuals?.searched.limit).toBe(256);
  });
});
