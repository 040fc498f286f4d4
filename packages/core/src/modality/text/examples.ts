/** @file Texts that every model is run on when it is verified. */

import type { Example, ExplainableModel } from "../../attribution/explainable-model.ts";
import type { TextInput } from "../../attribution/input.ts";
import { streamOf } from "../../transformer/anatomy.ts";

/** The text that most checks run: of ordinary length, without words of one topic. */
const ORDINARY = "The first part was slow and far too long, but the end of it made up for everything else.";
const SHORT = "Not bad.";
const PAIR = "Nobody expected that it would end so well.";
/** Tokens of the long text, where the model reads as many. */
const LONG = 96;

/** The ordinary text first. */
export const exampleTexts = ({ anatomy }: ExplainableModel): readonly Example<TextInput>[] => [
  { name: "an ordinary text", input: { text: ORDINARY } },
  { name: "a short text", input: { text: SHORT } },
  { name: "a long text", input: { text: Array.from({ length: Math.ceil(LONG / 20) }, () => ORDINARY).join(" ") } },
  ...(streamOf(anatomy).inputs.typeIds === undefined
    ? []
    : [{ name: "a pair of texts", input: { text: SHORT, pair: PAIR } }]),
];
