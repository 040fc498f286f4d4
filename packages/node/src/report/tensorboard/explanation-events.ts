/** @file What TensorBoard shows of an explanation: its report, a picture of every block, and the numbers that are followed over inputs. */

import type { BlockExplanation, Explanation } from "@calig/core/internal/attribution/explanation";
import { blockView } from "@calig/core/internal/render/block-view";
import { isWritten } from "@calig/core/internal/render/evidence";
import { renderMarkdown } from "@calig/core/internal/render/markdown";
import type { SvgOptions } from "@calig/core/internal/render/svg";
import { renderPng } from "../../render/png.ts";
import type { SummaryValue } from "./event.ts";

/** Longest text that pictures are drawn of, UTF-16 units; a longer one would be no picture but a scroll. */
const MOST_DRAWN = 20_000;
/** Width of pictures, pixels: TensorBoard shows them in columns of about 350. */
const WIDTH = 480;
const SCALE = 1;

const blockName = (index: number): string => `block ${String(index).padStart(2, "0")}`;
const scalar = (tag: string, value: number): SummaryValue => ({ kind: "scalar", tag, value });

/**
 * The values of one explanation at the step of its input: the report as a text, the final attribution and every block as
 * pictures, completeness errors, probability, score and time as numbers.
 *
 * @param look - How the pictures look, and the picture that was explained.
 */
export async function explanationValues(explanation: Explanation, look: SvgOptions = {}): Promise<SummaryValue[]> {
  const { blocks, completeness, target, cost } = explanation;
  return [
    { kind: "text", tag: "explanation", markdown: renderMarkdown(explanation) },
    ...(await pictures(explanation, look)),
    ...blocks.map((block) => scalar(`completeness error/${blockName(block.index)}`, block.completeness.relativeError)),
    ...(completeness === null ? [] : [scalar("completeness error/attribution", completeness.relativeError)]),
    ...(target.probability === null ? [] : [scalar("target/probability", target.probability)]),
    scalar("target/score", target.score),
    scalar("cost/seconds", cost.milliseconds / 1000),
    scalar("cost/model evaluations", cost.modelEvaluations),
  ];
}

/** The numbers of one block, at the step of the block: curves over the depth of the model. */
export const blockValues = ({ weight, completeness }: BlockExplanation): SummaryValue[] => [
  scalar("by block/completeness error", completeness.relativeError),
  scalar("by block/weight", weight),
  scalar("by block/points", completeness.points),
];

async function pictures(explanation: Explanation, look: SvgOptions): Promise<SummaryValue[]> {
  if (isWritten(explanation) && explanation.input.text.length > MOST_DRAWN) return [];
  const views: (readonly [string, Explanation])[] = [
    ["evidence/attribution", explanation],
    ...explanation.blocks.map(
      (block) => [`evidence/${blockName(block.index)}`, blockView(explanation, block)] as const,
    ),
  ];
  return Promise.all(views.map(([tag, view]) => drawn(tag, view, look)));
}

async function drawn(tag: string, view: Explanation, look: SvgOptions): Promise<SummaryValue> {
  const png = await renderPng(view, { ...look, width: WIDTH, scale: SCALE });
  return { kind: "image", tag, ...headerOf(png), png };
}

/** Size and channels of a PNG: fields of its first chunk, IHDR (ISO 15948, 11.2.1). */
function headerOf(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset);
  const hasOpacity = (view.getUint8(25) & 4) !== 0;
  return { width: view.getUint32(16), height: view.getUint32(20), channels: hasOpacity ? 4 : 3 } as const;
}
