/** @file A third kind of input, made outside of the packages: explained, evaluated, compared, stored and rendered. */

import {
  compareMethods,
  comparisonHtml,
  comparisonMarkdown,
  evaluate,
  evaluationMarkdown,
  explain,
  InputError,
  InvalidOptionError,
  type LoadedModel,
  loadModel,
  METRICS,
  type NamedExplanation,
  parseExplanation,
  renderHtml,
  renderJson,
  renderMarkdown,
  renderSvg,
  renderTerminal,
  verify,
} from "calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AudioInput, audio, waveFrames } from "../../examples/extend/audio-modality.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { BLOCKS, FRAME, sound, tinyAudioFiles } from "../support/tiny-audio.ts";

const tempFolder = useTempFolders();
let model: LoadedModel;
let explanation: NamedExplanation;
beforeAll(async () => {
  model = await loadModel(await tempFolder(tinyAudioFiles()), { modalities: [audio], families: [waveFrames] });
  explanation = (await explain<AudioInput>(model, sound())) as NamedExplanation;
});
afterAll(() => model.dispose());

describe("a modality from outside", () => {
  it("is explained: a number for each frame, which add up to what silence takes away", () => {
    expect(explanation.input).toEqual({
      kind: "audio",
      noun: { one: "frame", many: "frames" },
      text: "0.0s 0.1s 0.2s 0.3s 0.4s 0.5s 0.6s 0.7s",
    });
    expect(explanation.model.task).toBe("audio-classification");
    expect(explanation.words.map(({ text }) => text).join(" ")).toBe(explanation.input.text);
    expect(explanation.method.options).toMatchObject({ baseline: "silence", layerWeights: "uniform" });
    const { scoreAtInput, scoreAtBaseline, relativeError } = explanation.completeness ?? expect.fail();
    expect(relativeError).toBeLessThan(0.01);
    const sum = explanation.attribution.reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(scoreAtInput - scoreAtBaseline, 3);
    expect(explanation.blocks).toHaveLength(BLOCKS);
  });

  it("has counterfactuals of its features, by their names", async () => {
    const { counterfactuals } = await explain<AudioInput>(model, sound(), { counterfactuals: true, effort: "instant" });
    const names = (counterfactuals?.single ?? []).flatMap(({ features }) => features.map(({ text }) => text));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(explanation.input.text).toContain(name ?? "none");
    expect(counterfactuals?.replacement.name).toBe(audio.replacements.defaultName(model));
  });

  it("is stored, and read again", () => {
    const read = parseExplanation(JSON.parse(renderJson(explanation)));
    expect(read).toEqual(JSON.parse(JSON.stringify(explanation)));
    const { noun: _, ...input } = explanation.input;
    expect(() => parseExplanation({ ...explanation, input })).toThrow('field "input.noun" is missing');
  });

  it("is shown by every renderer, in the words of its kind", () => {
    const strongest = explanation.supporting[0]?.text ?? expect.fail();
    for (const shown of [
      renderTerminal(explanation, { columns: 80, colors: 0 }),
      renderMarkdown(explanation),
      renderHtml(explanation),
      renderSvg(explanation),
    ]) {
      expect(shown).toContain(strongest);
      expect(shown).toMatch(/frames/i);
    }
    const text = renderHtml(explanation).replace(/<(style|script)\b.*?<\/\1>/gs, "");
    expect(text).not.toMatch(/>[^<]*\b(words?|patch(es)?)\b/i);
    for (const written of [renderTerminal(explanation, { columns: 80, colors: 0 }), renderMarkdown(explanation)]) {
      expect(written).not.toMatch(/\b(words?|patch(es)?)\b/i);
    }
  });

  it("is compared with other baselines by name and with a sound of the caller's", async () => {
    const of = async (baseline: unknown) => {
      const made = await explain<AudioInput>(model, sound(), { baseline: baseline as "zero" });
      return made.method.options.baseline;
    };
    expect(await of("zero")).toBe("zero");
    expect(await of(sound(2))).toBeDefined();
    await expect(of("mask")).rejects.toThrow('use one of "silence", "zero"');
    await expect(of({ audio: new Float32Array(FRAME) })).rejects.toThrow(InvalidOptionError);
    await expect(of({ text: "a bell" })).rejects.toThrow("Cannot use a text as the baseline of a sound");
  });

  it("is evaluated and compared: frames are replaced by silence", async () => {
    const items = [1, 2, 3].map((pitch) => ({ line: pitch, input: sound(pitch) }));
    const measured = METRICS.filter(({ name }) =>
      ["deletion", "context-sensitivity", "max-sensitivity"].includes(name),
    );
    const evaluation = await evaluate(
      model,
      { name: "sounds", items, problems: [] },
      { methods: ["occlusion"], metrics: measured },
    );
    expect(evaluation.failures).toEqual([]);
    expect(evaluation.settings).toMatchObject({ features: "frame", replacements: [{ name: "silence" }] });
    expect(evaluationMarkdown(evaluation)).toContain("frames, replaced by silence");
    const namedMethods = [{ name: "occlusion", options: { method: "occlusion" } }];
    const comparison = await compareMethods(model, sound() as never, { namedMethods });
    expect(comparison.features).toHaveLength(8);
    expect(comparisonMarkdown(comparison)).toContain("Removed frames are replaced by silence");
    expect(comparisonHtml(comparison)).toContain("0.7s");
  });

  it("is verified on inputs of the caller", async () => {
    await expect(verify(model)).rejects.toThrow("calig has no sounds of its own for it; give some with --input");
    const { passed } = await verify(model, {
      inputs: [sound(), sound(3)],
      checks: ["gradients", "completeness", "rows"],
    });
    expect(passed).toBe(true);
  });

  it("refuses inputs of other kinds, and models whose kind of input nobody gave", async () => {
    await expect(explain(model, "a bell")).rejects.toThrow(
      /^Cannot explain a text with model ".*": it reads sounds; give a sound$/,
    );
    await expect(explain<AudioInput>(model, { audio: new Float32Array() })).rejects.toThrow(InputError);
    const folder = await tempFolder(tinyAudioFiles());
    await expect(loadModel(folder, { families: [waveFrames] })).rejects.toThrow(
      'Cannot explain a model of "audio": there are modalities of "text", "image"; give one of this kind in "modalities"',
    );
  });
});
