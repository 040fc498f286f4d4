/** @file A server of Redis as a process of its own, for queues. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RedisServer {
  readonly url: string;
  /** Kills it, and starts one without data at the same address. */
  lose(): Promise<void>;
  stop(): Promise<void>;
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const socket = createServer();
    socket.listen(0, "127.0.0.1", () => {
      const address = socket.address();
      socket.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/** A server without data, that answers. */
export async function startRedis(): Promise<RedisServer> {
  const data = await mkdtemp(join(tmpdir(), "calig-redis-"));
  const port = await freePort();
  let child = await start(port, data);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    async lose() {
      await kill();
      child = await start(port, data);
    },
    async stop() {
      await kill();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function start(port: number, data: string): Promise<ChildProcess> {
  const child = spawn("redis-server", ["--port", String(port), "--save", "", "--appendonly", "no", "--dir", data]);
  await new Promise<void>((resolve, reject) => {
    child.once("error", () =>
      reject(new Error('These tests need "redis-server": install it, as with apt-get install redis-server')),
    );
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("Ready to accept connections")) resolve();
    });
  });
  return child;
}
