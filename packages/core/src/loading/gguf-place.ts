/** @file Which GGUF file of a model is meant, and the files of one that is in several. */

import { CheckpointError, quote } from "../errors.ts";
import type { Contents } from "./contents.ts";

/** "model-00001-of-00003.gguf" */
const SPLIT = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;
const SHOWN = 8;

export const isGguf = (path: string): boolean => path.toLowerCase().endsWith(".gguf");

/**
 * The GGUF file of a folder, the first of several that belong together; undefined where there is none.
 *
 * @throws {CheckpointError} When there are several models.
 */
export function findGguf({ store, names = [] }: Contents): string | undefined {
  const found = names.filter(isGguf);
  const models = found.filter((name) => (SPLIT.exec(name)?.[2] ?? "00001") === "00001");
  // Parts of models that see or hear, which are no models themselves.
  const texts = models.filter((name) => !/mmproj/i.test(name));
  const [first, ...more] = texts.length > 0 ? texts : models;
  if (first === undefined && found.length > 0) return found[0];
  if (more.length === 0) return first;
  const shown = texts.slice(0, SHOWN).map(quote).join(", ");
  const rest = texts.length > SHOWN ? ` and ${texts.length - SHOWN} more` : "";
  throw new CheckpointError(
    `Cannot choose a GGUF file in "${store.where}": it has ${shown}${rest}; give the path of one of them`,
    store.where,
  );
}

/** All files of a model, by the name of one. */
export function ggufParts(path: string): readonly string[] {
  const [, stem, , total] = SPLIT.exec(path) ?? [];
  if (stem === undefined || total === undefined) return [path];
  return Array.from({ length: Number(total) }, (_, i) => `${stem}-${String(i + 1).padStart(5, "0")}-of-${total}.gguf`);
}
