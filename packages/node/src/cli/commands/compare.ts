/** @file `calig compare`: what several methods say of one text or picture, side by side. */

import type { ImageInput, TextInput } from "@calig/core/internal/attribution/input";
import { DEFAULTS } from "@calig/core/internal/attribution/options";
import { InternalError } from "@calig/core/internal/errors";
import { COMPARE_OPTIONS } from "@calig/core/internal/evaluation/options";
import { comparisonWarnings } from "@calig/core/internal/report/comparison/facts";
import { reportJson } from "@calig/core/internal/report/writers";
import { DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL } from "../../node/builtin-models.ts";
import type { ImageFileOptions } from "../../node/image-file.ts";
import { backgroundTheme } from "../appearance.ts";
import { defineCommand, EXIT } from "../command.ts";
import { comparisonText } from "../comparison-text.ts";
import { chooseInputs, type ExplainInputs, imageError, PICTURE_OPTIONS } from "../explain-inputs.ts";
import { given } from "../given.ts";
import { loadingOptions, MODEL_OPTIONS } from "../loading.ts";
import { COMPARING_OPTIONS, chooseMethods } from "../method-options.ts";
import { reportWriter } from "../report-writers.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

/** Options of measuring, as the library has them. */
const COMPARING_KEYS = Object.keys(COMPARE_OPTIONS) as (keyof typeof COMPARE_OPTIONS)[];

export const compare = defineCommand({
  name: "compare",
  summary: "show what several methods say of one text or picture, side by side",
  description:
    "Explains one text or picture by several methods, for the same class: what each says of every word or patch, how the probability falls and rises with what it names, and how far the methods agree. Each method has a scale of its own, since methods have units of their own. One input proves little: calig evaluate measures methods on a data set.",
  argument: { name: "TEXT", description: "text to explain, in quotes; - reads it from standard input" },
  options: [
    "text",
    "pair",
    "image",
    ...PICTURE_OPTIONS,
    ...MODEL_OPTIONS,
    "acceptDifference",
    "methods",
    ...COMPARING_KEYS,
    ...COMPARING_OPTIONS,
    "out",
    "json",
    "overlay",
    "theme",
    "threads",
    "device",
    "stream",
  ],
  methodOptions: { but: [] },
  examples: [
    { purpose: "All methods", command: 'calig compare "A gripping film that forgets to end"' },
    {
      purpose: "Two methods, as a page to look at",
      command: 'calig compare "A gripping film" --methods ca-lig,integrated-gradients --out compared.html',
    },
    {
      purpose: "The maps of three methods on a picture, beside each other",
      command:
        "calig compare --image photo.jpg --model ./my-vit --methods ca-lig,grad-cam,attention-rollout --out maps.png",
    },
  ],
  async run({ words, options, methodOptions, terminal, extensions }) {
    const { signal, env } = terminal.io;
    const chosen = await chooseInputs({ words, ...given(options, ["text", "pair", "image"]) }, terminal);
    const file = chosen.kind === "images" ? chosen.files[0] : undefined;
    const { out } = options;
    const writer = reportWriter(file === undefined ? "textComparison" : "imageComparison", { out });
    if (out !== undefined) await checkWritable(out);
    const namedMethods = await chooseMethods({ options, methodOptions }, extensions);
    const input = await inputOf(chosen, given(options, PICTURE_OPTIONS));
    const source = options.model ?? (file === undefined ? DEFAULT_TEXT_MODEL : DEFAULT_IMAGE_MODEL);
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    const { compareMethods } = await import("@calig/core/internal/evaluation/method-comparison");
    await using model = await loadModel(source, { signal, ...(await loadingOptions(options, extensions)) });
    if (file !== undefined && model.imageProcessor === undefined) throw imageError(file, model.facts.id);
    const comparison = await compareMethods(model, input, {
      namedMethods,
      ...given(options, COMPARING_KEYS),
      seed: options.seed ?? DEFAULTS.seed,
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
    });
    if (out !== undefined && writer !== undefined) {
      const look = { ...given(options, ["overlay", "theme"]), ...(await pictureOf(input)) };
      await writeWhole(out, await writer.write(comparison, look));
      await terminal.note(`Wrote ${out}`);
    } else if (options.json !== true) {
      await terminal.print(comparisonText(comparison, terminal, options.theme ?? backgroundTheme(env)));
    }
    if (options.json === true) await terminal.print(reportJson(comparison));
    for (const { message } of comparisonWarnings(comparison)) await terminal.warn(message);
    return EXIT.done;
  },
});

async function inputOf(chosen: ExplainInputs, options: ImageFileOptions): Promise<TextInput | ImageInput> {
  if (chosen.kind === "one") return chosen.input;
  const [file] = chosen.kind === "images" ? chosen.files : [];
  if (file === undefined) throw new InternalError(`a comparison of ${chosen.kind}`);
  const { readImageFile } = await import("../../node/image-file.ts");
  return { image: await readImageFile(file, options) };
}

async function pictureOf(input: TextInput | ImageInput): Promise<{ readonly picture?: string }> {
  if (!("image" in input)) return {};
  const { pictureUri } = await import("../../node/picture-uri.ts");
  return { picture: await pictureUri(input.image) };
}
