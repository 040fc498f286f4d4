/** @file Inputs that every model is run on, and those that the caller gives. */

import { type ImageInput, prepareImage } from "../attribution/image-input.ts";
import { prepareText, type TextInput } from "../attribution/text-input.ts";
import { InputError } from "../errors.ts";
import { rgbImage } from "../input/image/rgb-image.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { Random } from "../util/random.ts";
import type { Sample } from "./check.ts";

/** The text that most checks run: of ordinary length, without words of one topic. */
const ORDINARY = "The first part was slow and far too long, but the end of it made up for everything else.";
const SHORT = "Not bad.";
const PAIR = "Nobody expected that it would end so well.";
/** Tokens of the long text, where the model reads as many. */
const LONG = 96;

/** @throws {InputError} When the model makes nothing of any text, or of an input of the caller. */
export async function chooseSamples(
  model: AssembledModel,
  own: readonly (TextInput | ImageInput)[],
  random: Random,
): Promise<readonly [Sample, ...Sample[]]> {
  const given = await Promise.all(own.map((source, i) => sampleOf(model, `your input ${i + 1}`, source, true)));
  const builtin = model.tokenizer === undefined ? pictures(model, random) : await texts(model);
  const [first, ...others] = [...builtin, ...given];
  if (first !== undefined) return [first, ...others];
  throw new InputError(
    `Cannot verify model "${model.facts.id}": its tokenizer makes no tokens of English texts; give texts that it reads with --input`,
  );
}

async function sampleOf(
  model: AssembledModel,
  name: string,
  source: TextInput | ImageInput,
  own: boolean,
): Promise<Sample> {
  if ("image" in source) return { name, own, source, input: prepareImage(model, source) };
  // Windows of a long text are texts like others: its beginning stands for them.
  const { parts } = await prepareText(model, source, { longText: "truncate" });
  return { name, own, source, input: (parts[0] as (typeof parts)[number]).input };
}

/** The ordinary text first. Texts of which a tokenizer makes nothing are left out. */
async function texts(model: AssembledModel): Promise<readonly Sample[]> {
  const wanted: readonly (readonly [name: string, source: TextInput])[] = [
    ["an ordinary text", { text: ORDINARY }],
    ["a short text", { text: SHORT }],
    ["a long text", { text: Array.from({ length: Math.ceil(LONG / 20) }, () => ORDINARY).join(" ") }],
    ...(model.anatomy.inputs.typeIds === undefined ? [] : [["a pair of texts", { text: SHORT, pair: PAIR }] as const]),
  ];
  const samples: Sample[] = [];
  for (const [name, source] of wanted) {
    const sample = await sampleOf(model, name, source, false).catch((error: unknown) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    if (sample !== undefined) samples.push(sample);
  }
  return samples;
}

/** Pictures of smooth colours, of noise, and upright ones: no picture looks like another. */
function pictures(model: AssembledModel, random: Random): readonly Sample[] {
  const [a, b, c] = Array.from({ length: 3 }, () => 2 + 3 * random.next()) as [number, number, number];
  const make = (width: number, height: number, noise: number): ImageInput => {
    const data = new Uint8Array(width * height * 3);
    for (let i = 0; i < data.length; i++) {
      const [x, y, channel] = [((i / 3) % width) / width, Math.floor(i / 3 / width) / height, i % 3];
      const wave = Math.sin(a * x + channel) * Math.cos(b * y - channel) + 0.3 * Math.sin(c * 4 * x * y);
      data[i] = 127 + 90 * ((1 - noise) * wave + noise * (2 * random.next() - 1));
    }
    return { image: rgbImage(width, height, data) };
  };
  const wanted = [
    ["a picture", make(96, 96, 0.25)],
    ["a wide picture", make(160, 90, 0)],
    ["a picture of noise", make(64, 64, 1)],
  ] as const;
  return wanted.map(([name, source]) => ({ name, own: false, source, input: prepareImage(model, source) }));
}
