/** @file Whether the model decides what the labels of the file say, where they say something that it can be held to. */

import { isCaligError } from "../../errors.ts";
import { truthReader, verdictOf } from "../../evaluation/truth.ts";
import { activationOf } from "../../render/head.ts";
import type { ReportEntry } from "../evidence/evidence-report.ts";

/**
 * Right or wrong, entry by entry; undefined where no label is known, where it is none of the model's, and where the output
 * is a number or a label of one token.
 */
export function judge(entries: readonly ReportEntry[]): (boolean | undefined)[] {
  const verdicts = new Array<boolean | undefined>(entries.length).fill(undefined);
  const models = new Map<string, number[]>();
  entries.forEach(({ source, explanation }, i) => {
    if (source.label === undefined || explanation.target.token !== undefined) return;
    const key = explanation.model.sha256;
    const held = models.get(key);
    if (held === undefined) models.set(key, [i]);
    else held.push(i);
  });
  for (const places of models.values()) {
    const held = places.map((i) => entries[i] as ReportEntry);
    const [{ explanation }] = held as [ReportEntry];
    const labels: string[] = [];
    for (const { index, label } of explanation.predictions) labels[index] = label;
    const model = { labels, activation: activationOf(explanation), facts: explanation.model };
    const items = held.map(({ source }, line) => ({ line, input: {}, label: source.label as string }));
    const read = truthReader(model, items, explanation.target.index);
    for (const [k, i] of places.entries()) {
      const { predictions, target } = (held[k] as ReportEntry).explanation;
      try {
        verdicts[i] = verdictOf(model, predictions, target.index, read(items[k] as (typeof items)[number])).correct;
      } catch (error) {
        // A label that is none of the model's says nothing of it.
        if (!isCaligError(error)) throw error;
      }
    }
  }
  return verdicts;
}
