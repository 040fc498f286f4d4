/** @file The pictures that explanations of a report are about, where they are still in their files. */

import { InputError } from "@calig/core/internal/errors";
import { isWritten } from "@calig/core/internal/render/evidence";
import type { ReportEntry } from "@calig/core/internal/report/evidence/evidence-report";
import { readImageFile } from "./image-file.ts";
import { pictureUri } from "./picture-uri.ts";

/** The picture of an explanation as a data URI, read as it was when it was explained; undefined where its file is gone, is no picture, or is of another size. */
export async function reportPicture({ source, explanation }: ReportEntry): Promise<string | undefined> {
  if (isWritten(explanation)) return undefined;
  const { input } = explanation;
  try {
    const { background, deepGrey } = input;
    const image = await readImageFile(source.file, {
      ...(background === undefined ? {} : { background }),
      ...(deepGrey === undefined ? {} : { deepGrey }),
    });
    return image.width === input.width && image.height === input.height ? await pictureUri(image) : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
