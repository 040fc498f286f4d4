/** @file Explanations as files: the renderers of the command line, loaded when they are asked for. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { rasterise } from "./rasterise.ts";

export const EXPORT_FORMATS = ["json", "html", "svg", "png"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportedFile {
  readonly name: string;
  readonly content: Blob;
}

/** @param picture - The picture that was explained, as a data URI. */
export async function exportFile(
  explanation: Explanation,
  format: ExportFormat,
  picture: string | undefined,
): Promise<ExportedFile> {
  const named = (content: Blob): ExportedFile => ({ name, content });
  const text = (type: string, content: string) => named(new Blob([content], { type }));
  const name = `explanation-${explanation.target.label.replace(/[^\p{L}\p{N}]+/gu, "-")}.${format}`;
  switch (format) {
    case "json": {
      const { renderJson } = await import("@calig/core/internal/render/json");
      return text("application/json", renderJson(explanation));
    }
    case "html": {
      const { renderHtml } = await import("@calig/core/internal/render/html");
      return text("text/html", renderHtml(explanation, { pictures: [picture] }));
    }
    case "svg":
    case "png": {
      const { renderSvg } = await import("@calig/core/internal/render/svg");
      const svg = renderSvg(explanation, picture === undefined ? {} : { picture });
      return format === "svg" ? text("image/svg+xml", svg) : named(await rasterise(svg));
    }
  }
}

/** Hands a file to the browser to save. */
export function save({ name, content }: ExportedFile): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
