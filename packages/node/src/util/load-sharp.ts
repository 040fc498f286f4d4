/** @file Loads libvips (package sharp) when the first picture is read or drawn, so that nobody needs it for texts. */

import type sharp from "sharp";
import { unloadable } from "./native-library.ts";
import { requirePackage } from "./own-place.ts";

/**
 * The sharp constructor.
 *
 * @param purpose - What cannot be done without it, for the error: "read pictures".
 * @throws {ExecutionError} When sharp is not installed for this machine, or may not be loaded.
 */
export async function loadSharp(purpose: string): Promise<typeof sharp> {
  try {
    return requirePackage<typeof sharp>("sharp");
  } catch (cause) {
    throw unloadable("sharp", purpose, cause);
  }
}
