/** @file SVG drawn as PNG by the browser. */

/** Pixels of the PNG per pixel of the drawing, as the command line has it. */
const SCALE = 2;

/**
 * @param svg - A drawing with width and height that loads nothing.
 * @throws {Error} When the browser cannot draw it, or the drawing is larger than its canvas may be.
 */
export async function rasterise(svg: string): Promise<Blob> {
  const drawing = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  drawing.src = address;
  await drawing.decode().finally(() => URL.revokeObjectURL(address));
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * drawing.naturalWidth;
  canvas.height = SCALE * drawing.naturalHeight;
  canvas.getContext("2d")?.drawImage(drawing, 0, 0, canvas.width, canvas.height);
  const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (png === null) {
    throw new Error(
      `Cannot draw the explanation as PNG: ${canvas.width} x ${canvas.height} pixels are more than this browser's canvas holds; save it as SVG`,
    );
  }
  return png;
}
