import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import {
  CheckpointError,
  ExecutionError,
  InternalError,
  InvalidOptionError,
  UnsupportedModelError,
  UsageError,
} from "@calig/core/internal/errors";
import { expect, test } from "vitest";
import { describeFailure } from "./failure.ts";
import { print } from "./io.ts";
import { writeWhole } from "./write-file.ts";

test("misuse exits with 2, failures with 1", () => {
  expect(describeFailure(new UsageError("Give a text"), false)).toEqual({ exitCode: 2, text: "Give a text" });
  expect(describeFailure(new InvalidOptionError("Cannot use it", "steps"), false).exitCode).toBe(2);
  expect(describeFailure(new ExecutionError("Cannot run it"), false)).toEqual({ exitCode: 1, text: "Cannot run it" });
});

test("lists what a model has that cannot be handled, up to a limit", () => {
  const issues = Array.from({ length: 25 }, (_, i) => ({ node: `/n${i}`, opType: "Einsum", reason: "no rule" }));
  const { text } = describeFailure(new UnsupportedModelError("Cannot explain the model", issues), false);
  const lines = text.split("\n");
  expect(lines.slice(0, 2)).toEqual(["Cannot explain the model", "  - /n0, Einsum: no rule"]);
  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toBe("  - and 5 more");
});

test("asks for a report of what is a bug, and of nothing else", async () => {
  const bug = "This is a bug in calig";
  expect(describeFailure(new InternalError("no such value"), false).text).toMatch(
    /^internal: no such value\nThis is a bug/,
  );
  expect(describeFailure(new TypeError("x is undefined"), false).text).toMatch(
    /^TypeError: x is undefined\nThis is a bug/,
  );
  expect(describeFailure("thrown text", false).text).toContain(bug);
  const missing = await stat("/no/such/file").catch((error: unknown) => error);
  expect(describeFailure(missing, false).text).toBe('Cannot stat "/no/such/file": there is no such file or folder');
});

test("adds stacks and causes on request only", () => {
  const error = new ExecutionError("Cannot run it", { cause: new Error("inner") });
  expect(describeFailure(error, false).text).toBe("Cannot run it");
  const { text } = describeFailure(error, true);
  expect(text).toMatch(/^Cannot run it\nExecutionError: Cannot run it\n {4}at /);
  expect(text).toMatch(/\nCaused by: Error: inner\n {4}at /);
});

test("memory that is used up is no bug", () => {
  for (const make of [() => new ArrayBuffer(2 ** 53 - 1), () => "x".repeat(2 ** 29).repeat(2)]) {
    let error: unknown;
    try {
      make();
    } catch (cause) {
      error = cause;
    }
    expect(describeFailure(error, false).text).toMatch(/^There is not enough memory for this; close other programs/);
  }
});

test("a write for which there is no room names what it was for", async () => {
  await expect(writeWhole("/dev/full", "text")).rejects.toThrow(
    'Cannot write "/dev/full": the disk is full; make room or name another file',
  );
  const stdout = createWriteStream("/dev/full");
  stdout.on("error", () => {});
  const printed = print({ stdout }, "text");
  await expect(printed).rejects.toThrow(ExecutionError);
  await expect(printed).rejects.toThrow("Cannot write to standard output: the disk is full; make room, or name a file");
});

test("names and values of any length leave the remedy readable", () => {
  const name = "x".repeat(1e6);
  const error = new CheckpointError(`Cannot use "${name}": it is wrong; correct it`);
  expect(error.message).toMatch(/^Cannot use "x{4,}.* characters left out\).*x": it is wrong; correct it$/);
  expect(error.message.length).toBeLessThan(10_100);
  const { text } = describeFailure(new UnsupportedModelError("No", [{ node: name, reason: "no rule" }]), false);
  expect(text.length).toBeLessThan(1200);
  expect(text).toMatch(/no rule$/);
});
