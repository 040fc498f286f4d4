/** @file A text in the terminal, each word on the colour of its attribution, or with marks where there are no colours. */

import type { WrittenExplanation } from "../../attribution/explanation.ts";
import { strengthBound } from "../../reading/strength.ts";
import { largestMagnitude, STEPS, signedScale } from "../scale.ts";
import { holdsText, type Segment, segmentText } from "../segments.ts";
import { label, marks, type TerminalContext } from "./context.ts";
import { flowPainted, isolate, type Painted, wrap } from "./layout.ts";
import { legend, type Mark } from "./legend.ts";

const MARKS: readonly Mark[] = STEPS.map((from, i) => ({
  support: `[${"+".repeat(i + 1)}]`,
  oppose: `[${"-".repeat(i + 1)}]`,
  from,
}));

const isUnread = ({ kind, text }: Segment): boolean => kind === "gap" && text.trim() !== "";

/** Says which part of the text is in no word: what a short context cut off, or what the question holds fixed. */
function unread(segments: readonly Segment[], held: boolean, context: TerminalContext): string[] {
  const text = segments
    .filter(isUnread)
    .map((gap) => gap.text.trim())
    .join(" ");
  if (text === "") return [];
  const [open, close] = context.unicode ? ["“", "”"] : ['"', '"'];
  const said = held ? "Held fixed, not explained" : "Not read by the model";
  return wrap(`${said}: ${open}${label(text, 60, context)}${close}`, context.columns - 2);
}

/** The text as a signed heatmap, with a legend. */
export function heatText(explanation: WrittenExplanation, context: TerminalContext): string[] {
  const { words, input } = explanation;
  const { columns, painter, unicode } = context;
  const values = words.map((word) => word.attribution);
  const scale = signedScale(values, { bound: strengthBound(explanation) });
  const segments = segmentText(input.text, words);
  const pieces = segments.map((segment): Painted => {
    const { kind, text, members } = segment;
    if (kind !== "feature")
      return isUnread(segment) ? { text, paint: painter.faint } : { text: kind === "gap" ? text : "" };
    const level = scale.level(members.reduce((sum, member) => sum + words[member]!.attribution, 0));
    if (painter.colors > 0) return { text, paint: (part) => painter.heat(part, level) };
    const mark = marks(level);
    return { text: mark === "" ? text : `${text}[${mark}]` };
  });
  const lines = flowPainted(pieces, columns - 2).map((line) => (unicode ? isolate(line) : line));
  const notes = [
    ...legend(largestMagnitude(values) === 0 ? 0 : scale.bound, MARKS, context),
    ...unread(segments, holdsText(explanation.features), context),
  ];
  return [...lines, "", ...notes].map((line) => `  ${line}`);
}
