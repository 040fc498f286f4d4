import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LimitedPrograms } from "@calig/core/internal/program/limited-programs";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";

const FOLDER = fileURLToPath(new URL("../fixtures/foreign/", import.meta.url));
const named = (part: string): string => join(FOLDER, readdirSync(FOLDER).find((id) => id.includes(part)) ?? "");

/** Every number of an explanation that a run of the sweep has a part in. */
const numbers = ({ attribution, blocks }: Awaited<ReturnType<typeof explain>>): readonly number[] => [
  ...attribution,
  ...blocks.flatMap(({ relevance, attentionEvidence, fused }) => [...relevance, ...attentionEvidence, ...fused]),
];

describe("Programs run row by row", () => {
  it.each(["gpt2", "distilbert"])("explain as batches do: %s", async (name) => {
    await using model = await loadModel(named(name));
    const programs = new LimitedPrograms(model.programs, { inputs: true, states: true, filled: false });
    const text = "not bad at all, really";
    const whole = numbers(await explain(model, text, { steps: 8 }));
    const single = numbers(await explain({ ...model, programs }, text, { steps: 8 }));
    const largest = Math.max(...whole.map(Math.abs));
    expect(single).toHaveLength(whole.length);
    // Batches of another size are added up in another order.
    for (const [i, value] of single.entries())
      expect(Math.abs(value - (whole[i] as number))).toBeLessThan(1e-4 * largest);
  });

  it("are those of files alone whose batch cannot be freed", async () => {
    const notes = async (name: string) => {
      await using model = await loadModel(named(name));
      return model.notes.join("; ");
    };
    for (const name of ["gpt2", "mobilebert", "xlnet"]) expect(await notes(name)).not.toMatch(/run by itself/);
    expect(await notes("llama")).toMatch(/every point of a path is run by itself/);
  });
});
