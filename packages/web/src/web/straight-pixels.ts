/**
 * @file Pixels of a picture that the browser has decoded, with the colours of transparent pixels: a canvas forgets
 * them, because it multiplies colours by their alpha; WebGL does not.
 */

/** Side of the parts that are read at once, pixels: every WebGL has textures of this size. */
const TILE = 2048;

/**
 * Red, green, blue, alpha of every pixel, not multiplied.
 *
 * @param bitmap - Made with `premultiplyAlpha: "none"`.
 * @returns Undefined where the browser has no WebGL.
 */
export async function straightPixels(bitmap: ImageBitmap): Promise<Uint8Array | undefined> {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl");
  if (gl === null) return undefined;
  const { width, height } = bitmap;
  const result = new Uint8Array(4 * width * height);
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const [w, h] = [Math.min(TILE, width - left), Math.min(TILE, height - top)];
      const tile = await createImageBitmap(bitmap, left, top, w, h, { premultiplyAlpha: "none" });
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, tile);
      tile.close();
      const pixels = new Uint8Array(4 * w * h);
      gl.readPixels(0, 0, w, h, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      for (let y = 0; y < h; y++) {
        result.set(pixels.subarray(4 * w * y, 4 * w * (y + 1)), 4 * (width * (top + y) + left));
      }
    }
  }
  const failed = gl.getError() !== gl.NO_ERROR;
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return failed ? undefined : result;
}
