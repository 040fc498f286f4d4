/** @file An engine that the command line can choose by name. */

import type { Runtime } from "../runtime/runtime.ts";

/** An engine from outside: how it is named, and how it is opened. */
export interface RuntimeDefinition {
  /** Name on the command line: `--device NAME`. */
  readonly name: string;
  /** One line for help texts, without a final period. */
  readonly summary: string;
  /** Opens the engine. @throws {ExecutionError} When it does not work here. */
  open(): Runtime | Promise<Runtime>;
}
