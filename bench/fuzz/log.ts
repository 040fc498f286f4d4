/** @file What a worker tells the driver, a line each. */

import type { Verdict } from "./verdict.ts";

export type LogLine =
  /** A case begins. */
  | { readonly index: number }
  /** It ended. `peak`: most resident bytes of the process so far. */
  | { readonly index: number; readonly verdict: Verdict; readonly milliseconds: number; readonly peak: number }
  /** The worker ends because it is through, or has become large. */
  | { readonly done: true };
