/** @file Small models with one or three logits (test/fixtures/heads) under any configuration of their head. */

import { readFileSync } from "node:fs";
import type { Files } from "./temp-folder.ts";

const read = (name: string): Buffer => readFileSync(new URL(`../fixtures/heads/${name}`, import.meta.url));

/** What transformers shows of these models: test/golden/heads.json, by tools/make_heads_reference.py. */
export interface HeadAnswer {
  readonly refused?: string;
  /** Names of the classes; logits and what the pipeline shows of them, in the order of the classes. */
  readonly labels?: readonly string[];
  readonly logits?: readonly number[];
  readonly scores?: readonly number[];
  /** Of models that label every token: the pipeline's label and score of each. */
  readonly tokens?: readonly {
    readonly position: number;
    readonly logits: readonly number[];
    readonly label: string;
    readonly score: number;
  }[];
}

export interface HeadReference {
  readonly text: string;
  readonly pair: string;
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly weights: "one" | "three";
        readonly config: object;
        readonly answers: Readonly<Record<string, HeadAnswer>>;
      }
    >
  >;
}

export const HEADS = JSON.parse(
  readFileSync(new URL("../golden/heads.json", import.meta.url), "utf8"),
) as HeadReference;

/** The files of a model. */
export const headFiles = (weights: "one" | "three", config: object): Files => ({
  "config.json": JSON.stringify({ ...JSON.parse(read("config.json").toString()), ...config }),
  "model.safetensors": read(`${weights}/model.safetensors`),
  "tokenizer.json": read("tokenizer.json"),
  "tokenizer_config.json": read("tokenizer_config.json"),
});
