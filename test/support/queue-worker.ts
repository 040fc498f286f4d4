/** @file A worker of a queue, as a process of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Starts workers, and kills those that are left.
 *
 * @param url - Of Redis.
 */
export function useQueueWorkers(url: () => string) {
  const started: ChildProcess[] = [];
  return {
    /** One that has said that it takes shards. */
    async start(variables: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
      const child = spawn(
        process.execPath,
        [
          ...[join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts")],
          ...["worker", "--redis", url(), "--threads", "1", "--lock", "5"],
        ],
        { env: { ...process.env, ...variables } },
      );
      started.push(child);
      await new Promise<void>((resolve, reject) => {
        let said = "";
        child.stderr?.setEncoding("utf8").on("data", (text: string) => {
          said += text;
          if (said.includes("Taking shards")) resolve();
        });
        child.once("exit", () => reject(new Error(said)));
      });
      return child;
    },
    kill(): void {
      for (const child of started) if (child.exitCode === null) child.kill("SIGKILL");
    },
  };
}
