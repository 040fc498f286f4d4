import { ExecutionError } from "@calig/core/internal/errors";
import { expect, it } from "vitest";
import { nativeLibrary } from "./native-library.ts";

it.each([
  ["ERR_DLOPEN_DISABLED", "Cannot load native addon because loading addons is disabled.", /run it without --no-addons/],
  [
    "ERR_DLOPEN_FAILED",
    "libonnxruntime.so.1: failed to map segment from shared object",
    /no room for addresses.*ulimit/,
  ],
  ["ERR_DLOPEN_FAILED", "binding.node: cannot create shared object descriptor: Cannot allocate memory", /no memory/],
  ["ERR_DLOPEN_FAILED", "\\\\?\\C:\\binding.node: The paging file is too small", /no memory/],
  ["ERR_DLOPEN_FAILED", "libc.so.6: version `GLIBC_2.38' not found", /install calig again/],
  ["ERR_DLOPEN_FAILED", "libgomp.so.1: cannot allocate memory in static TLS block", /install calig again/],
  ["MODULE_NOT_FOUND", "Cannot find module 'library-linux-x64'", /install calig again/],
])("an error of %s, %s, says what to do", (code, message, wanted) => {
  const cause = Object.assign(new Error(message), { code });
  // Libraries that load their code themselves put a sentence of their own in front.
  for (const error of [cause, new Error("Could not load the library", { cause })]) {
    const library = nativeLibrary(
      () => {
        throw error;
      },
      "library",
      "run models",
    );
    expect(library).toThrow(ExecutionError);
    expect(library).toThrow(wanted);
    expect(library).toThrow(/^Cannot run models: /);
  }
});
