/** @file The progress bar on standard error. */

import type { Writable } from "node:stream";
import cliProgress from "cli-progress";

export interface Progress {
  /** Shows the share of the work done, 0..1, and what is being done. */
  update(done: number, activity: string): void;
  /** Takes the bar off the screen; the next update brings it back. */
  clear(): void;
}

/** A bar on `stream`, or nothing at all where it is not wanted. */
export function createProgress(stream: Writable, wanted: boolean): Progress {
  if (!wanted) return { update: () => {}, clear: () => {} };
  const bar = new cliProgress.SingleBar(
    {
      stream: stream as NodeJS.WritableStream,
      format: "{activity} [{bar}] {percentage}% {duration_formatted}",
      barsize: 30,
      clearOnComplete: true,
      hideCursor: true,
      // The bar must not install handlers of signals: interruption is handled by the command.
      gracefulExit: false,
    },
    cliProgress.Presets.shades_classic,
  );
  return {
    update(done, activity) {
      const share = Math.min(1, Math.max(0, done));
      if (bar.isActive) bar.update(share, { activity });
      else bar.start(1, share, { activity });
    },
    clear() {
      if (bar.isActive) bar.stop();
    },
  };
}
