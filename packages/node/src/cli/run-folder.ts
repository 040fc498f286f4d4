/** @file The folder of a run of TensorBoard. */

import { quote, UsageError } from "@calig/core/internal/errors";
import { ensureFolder } from "./write-file.ts";

/**
 * Makes the folder where it is missing, and returns its path.
 *
 * @throws {UsageError} When none is named, it cannot be written to, or holds a run already: TensorBoard would show both
 * as one.
 */
export async function prepareRunFolder(out: string | undefined): Promise<string> {
  if (out === undefined) {
    throw new UsageError(
      "Cannot write the format tensorboard to standard output: give a folder, as in --out runs/first",
    );
  }
  await ensureFolder(out);
  const { holdsRun } = await import("../report/tensorboard/run.ts");
  if (await holdsRun(out)) {
    throw new UsageError(`Cannot write a run to ${quote(out)}: there is one already; name another folder`);
  }
  return out;
}
