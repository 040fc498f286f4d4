/** @file Libraries of native code, which this process may be forbidden to load, or which may not be there for this machine. */

import { ExecutionError } from "@calig/core/internal/errors";
import { bundlePlace } from "./own-place.ts";

/**
 * A library that is loaded when it is first needed.
 *
 * @param load - Loads it: a `require` of the platform.
 * @param name - Of its package.
 * @param purpose - What cannot be done without it: "read texts".
 * @param otherwise - What does in its place, where there is something: "or install ...".
 * @throws {ExecutionError} From what is returned, when it cannot be loaded.
 */
export function nativeLibrary<T>(load: () => T, name: string, purpose: string, otherwise = ""): () => T {
  let loaded: T | undefined;
  return () => {
    try {
      loaded ??= load();
      return loaded;
    } catch (cause) {
      throw unloadable(name, purpose, cause, otherwise);
    }
  };
}

/** What the loaders of systems say when no memory, or no room for addresses, is left for a library. */
const NO_ROOM =
  /failed to map segment|cannot allocate memory(?! in static TLS)|not enough (memory|quota|storage)|paging file is too small|bad_alloc|out of memory/i;

/** What it means that a library cannot be loaded. */
export function unloadable(name: string, purpose: string, cause: unknown, otherwise = ""): ExecutionError {
  const text = [...causes(cause)].map(({ code, message }) => `${code} ${message}`).join("\n");
  const place = /MODULE_NOT_FOUND/.test(text) ? bundlePlace() : undefined;
  const why = /ERR_DLOPEN_DISABLED/.test(text)
    ? `this Node process may not load native code, which the package "${name}" is; run it without --no-addons, or with --allow-addons where it has --permission`
    : NO_ROOM.test(text)
      ? `the system has no memory, or no room for addresses, for the package "${name}"; close other programs, or raise the limit of this process (ulimit -v). Where packages lie on a disk that nothing may run from (noexec), install calig elsewhere`
      : place !== undefined
        ? `the package "${name}" is in none of ${place}; native code is not bundled: install calig there (docs/bundlers.md)`
        : `the package "${name}" cannot be loaded on this machine; install calig again, for this system and processor, without --omit=optional${otherwise}`;
  return new ExecutionError(`Cannot ${purpose}: ${why}`, { cause });
}

/** An error and what caused it. */
function* causes(error: unknown): Generator<NodeJS.ErrnoException> {
  for (let at = error; at instanceof Error; at = at.cause) yield at;
}
