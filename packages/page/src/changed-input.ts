/** @file An input without some of its words or patches, and whether the model decides otherwise then. */

import type { Explanation, ImageExplanation, WrittenExplanation } from "@calig/core/internal/attribution/explanation";
import { headKind, isPredictedClass } from "@calig/core/internal/render/head";

/** The text without some of its words, and without the blanks that they leave. */
export function textWithout({ input, words }: WrittenExplanation, removed: ReadonlySet<number>): string {
  let text = "";
  let from = 0;
  words.forEach(({ start, end }, word) => {
    if (!removed.has(word)) return;
    text += input.text.slice(from, start);
    // One of the blanks around the word goes with it.
    const isBetween = (text === "" || /\s$/.test(text)) && /\s/.test(input.text.charAt(end));
    from = isBetween ? end + 1 : end;
  });
  return (text + input.text.slice(from)).trim();
}

/** Sides of the picture that is asked about, at most: models read less, and bodies of requests have a limit. */
const MOST_SIDE = 1024;

/**
 * The picture with some of its patches blurred beyond recognition, as PNG.
 *
 * @param removed - Indices into the features of the explanation; none for the picture as it is asked about.
 * @returns Undefined where this browser does not decode the file.
 */
export async function pictureWithout(
  file: Blob,
  { input, features }: ImageExplanation,
  removed: ReadonlySet<number>,
): Promise<Blob | undefined> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => undefined);
  if (bitmap === undefined) return undefined;
  const scale = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale))) as [
    number,
    number,
  ];
  const canvas = canvasOf(width, height);
  const context = canvas.getContext("2d");
  const [rows, columns] = input.grid;
  // A picture of few pixels, drawn large and smoothly, shows what is there and nothing of it.
  const coarse = canvasOf(Math.max(1, columns >> 2), Math.max(1, rows >> 2));
  const coarseContext = coarse.getContext("2d");
  if (context === null || coarseContext === null) return undefined;
  context.drawImage(bitmap, 0, 0, width, height);
  coarseContext.drawImage(bitmap, 0, 0, coarse.width, coarse.height);
  bitmap.close();
  const [x, y, across, down] = input.seen;
  const [left, top] = [(x / input.width) * width, (y / input.height) * height];
  const [patchWidth, patchHeight] = [
    ((across / input.width) * width) / columns,
    ((down / input.height) * height) / rows,
  ];
  context.beginPath();
  for (const feature of removed) {
    const { row = -1, column = -1 } = features[feature] ?? {};
    if (row >= 0) context.rect(left + column * patchWidth, top + row * patchHeight, patchWidth, patchHeight);
  }
  context.clip();
  context.imageSmoothingQuality = "high";
  if (removed.size > 0) context.drawImage(coarse, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/png"));
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** Whether the model decides otherwise: predicts another class, or has the explained label off that was on. Numbers decide nothing. */
export function isOtherDecision(before: Explanation, now: Explanation): boolean {
  switch (headKind(before)) {
    case "numbers":
      return false;
    case "classes":
      return before.predictions[0]?.index !== now.predictions[0]?.index;
    default: {
      const isOn = (explanation: Explanation) => {
        const own = explanation.predictions.find(({ index }) => index === before.target.index);
        return own !== undefined && isPredictedClass(explanation, own);
      };
      return isOn(before) !== isOn(now);
    }
  }
}
