/** @file PyTorch + Captum in a process of its own (bench/captum_loop.py), to be timed in turn with calig. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One measurement. */
export interface Sample {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** Largest relative completeness error of a block. */
  readonly worstError: number;
  readonly peakBytes: number;
}

export interface CaptumRequest {
  readonly ids: readonly number[];
  readonly baseline: readonly number[];
  readonly target: number;
  readonly steps: number;
  /** Blocks to explain. Default: all. */
  readonly layers?: readonly number[];
}

export interface Captum {
  /** Version of PyTorch. */
  readonly torch: unknown;
  run(request: CaptumRequest): Promise<Sample>;
  end(): void;
}

/** Starts the process; it answers one JSON line to each request line. @throws {Error} When it ends early. */
export async function startCaptum(python: string, model: string, threads: number): Promise<Captum> {
  const script = fileURLToPath(new URL("captum_loop.py", import.meta.url));
  const child = spawn(python, [script, "--model", model, "--threads", String(threads)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("The Python process ended early; its message is above");
    return JSON.parse(value) as Record<string, unknown>;
  };
  const { torch } = await read();
  return {
    torch,
    async run(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { milliseconds, cpuMilliseconds, errors, peakBytes } = await read();
      return {
        milliseconds: milliseconds as number,
        cpuMilliseconds: cpuMilliseconds as number,
        worstError: Math.max(...(errors as number[])),
        peakBytes: peakBytes as number,
      };
    },
    end: () => child.stdin.end(),
  };
}
