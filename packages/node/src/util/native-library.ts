/** @file Libraries of native code, which this process may be forbidden to load, or which may not be there for this machine. */

import { ExecutionError } from "@calig/core/internal/errors";

/**
 * A library that is loaded when it is first needed.
 *
 * @param load - Loads it: a `require` of the platform.
 * @param name - Of its package.
 * @param purpose - What cannot be done without it: "read texts".
 * @throws {ExecutionError} From what is returned, when it cannot be loaded.
 */
export function nativeLibrary<T>(load: () => T, name: string, purpose: string): () => T {
  let loaded: T | undefined;
  return () => {
    try {
      loaded ??= load();
      return loaded;
    } catch (cause) {
      throw unloadable(name, purpose, cause);
    }
  };
}

/** What it means that a library cannot be loaded. */
export function unloadable(name: string, purpose: string, cause: unknown): ExecutionError {
  const forbidden = (cause as { code?: unknown } | undefined)?.code === "ERR_DLOPEN_DISABLED";
  return new ExecutionError(
    forbidden
      ? `Cannot ${purpose}: this Node process may not load native code, which the package "${name}" is; run it without --no-addons, or with --allow-addons where it has --permission`
      : `Cannot ${purpose}: the package "${name}" cannot be loaded on this machine; install calig again, for this system and processor, without --omit=optional`,
    { cause },
  );
}
