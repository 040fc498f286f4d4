/** @file Shortcuts as runs of TensorBoard: the report, and one run per confirmed cue with its curves over the blocks. */

import { join } from "node:path";
import { shortcutsMarkdown } from "@calig/core/internal/report/shortcuts/markdown";
import { cueName } from "@calig/core/internal/report/shortcuts/words";
import type { CueReport, ShortcutReport } from "@calig/core/internal/shortcuts/shortcut-report";
import type { SummaryValue } from "./event.ts";
import { type RunOptions, startRun } from "./run.ts";
import { runName } from "./run-name.ts";

/**
 * Writes the report into a folder, and for every confirmed cue a run below it: at the step of each block what attention into
 * the cue does there, its share of the attribution, and what the state at its place says of the class.
 */
export async function writeShortcutsRun(
  folder: string,
  report: ShortcutReport,
  options: RunOptions = {},
): Promise<void> {
  const whole = await startRun(folder, options);
  await whole.add(0, [{ kind: "text", tag: "shortcuts", markdown: shortcutsMarkdown(report) }]);
  await whole.close();
  const confirmed = report.cues.filter(({ status }) => status !== "not-confirmed");
  for (const [i, cue] of confirmed.entries()) {
    // Names of cues may differ in what names of folders cannot say: "!" and "?".
    const run = await startRun(join(folder, runName(`${i + 1} ${cueName(cue)} ${cue.class.label}`)), options);
    await run.add(0, [{ kind: "scalar", tag: "harm", value: cue.harm }]);
    for (const [block, values] of byBlock(cue)) await run.add(block, values);
    await run.close();
  }
}

/** What is known at each block, by its index. */
function byBlock({ read, formed, suspicion }: CueReport): readonly (readonly [number, readonly SummaryValue[]])[] {
  const curves = [
    ["read", read?.blocks.map(({ index, mean }) => [index, mean] as const)],
    ["formed", formed?.blocks.map(({ index, value }) => [index, value] as const)],
    ["share", suspicion?.blocks.map(({ index, mean }) => [index, mean] as const)],
  ] as const;
  const blocks = new Map<number, SummaryValue[]>();
  for (const [name, points] of curves) {
    for (const [index, value] of points ?? []) {
      blocks.set(index, [...(blocks.get(index) ?? []), { kind: "scalar", tag: `blocks/${name}`, value }]);
    }
  }
  return [...blocks].sort(([a], [b]) => a - b);
}
