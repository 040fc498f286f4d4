import { open } from "node:fs/promises";
import { ExecutionError } from "@calig/core/internal/errors";
import { expect, test } from "vitest";
import { fileReason, writeFailure } from "./file-failure.ts";
import { writeFully } from "./write-fully.ts";

test("fileReason() and writeFailure() name the file and say why", async () => {
  // Linux's device of a disk without room.
  const full = await open("/dev/full", "w");
  const cause = await writeFully(full, new Uint8Array(10)).catch((error: unknown) => error);
  await full.close();
  expect(fileReason(cause)).toBe("the disk is full");
  const failure = writeFailure("map.html", cause);
  expect(failure).toBeInstanceOf(ExecutionError);
  expect(failure).toMatchObject({
    message: 'Cannot write "map.html": the disk is full; make room or name another file',
    cause,
  });
});

test("writeFailure() leaves errors of other kinds alone; codes without words are told", () => {
  const other = new RangeError("no");
  expect(writeFailure("map.html", other)).toBe(other);
  expect(fileReason(Object.assign(new Error("x"), { code: "EWEIRD" }))).toBe("the system refused it (EWEIRD)");
  expect(fileReason(other)).toBe("the system refused it");
});
