/** @file One signal of several, and of a time limit, that lets go of them when it is no longer needed. */

export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Aborts after a time, for a reason that is made then. Replaces the limit that was set before. */
  limit(milliseconds: number, reason: () => unknown): void;
  /** Stops listening and the clock. */
  release(): void;
}

/** A signal that ends the work, and why it does; by default for the signal's own reason. */
export interface SignalSource {
  readonly signal: AbortSignal;
  readonly reason?: () => unknown;
}

/** A signal that is aborted with any of the sources. AbortSignal.any keeps its listeners on long-lived sources. */
export function linkSignals(sources: readonly SignalSource[]): LinkedSignal {
  const controller = new AbortController();
  let clock: ReturnType<typeof setTimeout> | undefined;
  const listeners = sources.map(({ signal, reason }) => {
    const onAbort = () => controller.abort(reason === undefined ? signal.reason : reason());
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    return { signal, onAbort };
  });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    limit(milliseconds, reason) {
      clearTimeout(clock);
      clock = setTimeout(() => controller.abort(reason()), milliseconds);
    },
    release() {
      clearTimeout(clock);
      for (const { signal, onAbort } of listeners) signal.removeEventListener("abort", onAbort);
    },
  };
}
