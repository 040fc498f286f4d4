/** @file Explanations as files: the renderers of the command line, loaded when they are asked for. */

import type { Explanation } from "../attribution/explanation.ts";

export const EXPORT_FORMATS = ["json", "html", "svg"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** @param picture - The picture that was explained, as a data URI. */
export async function exportFile(
  explanation: Explanation,
  format: ExportFormat,
  picture: string | undefined,
): Promise<ExportedFile> {
  const name = `explanation-${explanation.target.label.replace(/[^\p{L}\p{N}]+/gu, "-")}.${format}`;
  switch (format) {
    case "json": {
      const { renderJson } = await import("../render/json.ts");
      return { name, type: "application/json", text: renderJson(explanation) };
    }
    case "html": {
      const { renderHtml } = await import("../render/html.ts");
      return { name, type: "text/html", text: renderHtml(explanation, { pictures: [picture] }) };
    }
    case "svg": {
      const { renderSvg } = await import("../render/svg.ts");
      return { name, type: "image/svg+xml", text: renderSvg(explanation, picture === undefined ? {} : { picture }) };
    }
  }
}

/** Hands a file to the browser to save. */
export function save({ name, type, text }: ExportedFile): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
