/** @file Loads libvips (package sharp) when the first picture is read or drawn, so that nobody needs it for texts. */

import type sharp from "sharp";
import { ExecutionError } from "../errors.ts";

/**
 * The sharp constructor.
 *
 * @param purpose - What cannot be done without it, for the error: "read pictures".
 * @throws {ExecutionError} When sharp is not installed for this machine.
 */
export async function loadSharp(purpose: string): Promise<typeof sharp> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new ExecutionError(
      `Cannot ${purpose}: the package "sharp" cannot be loaded on this machine; install calig again without --omit=optional`,
      { cause },
    );
  }
}
