/** @file What a process holds once nothing that could be collected is left. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes held by the JavaScript heap and by buffers, and resident memory, after a full collection. */
export async function settledMemory(): Promise<{ readonly managed: number; readonly resident: number }> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    // Finalisers of native objects run in turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { managed: heapUsed + external, resident: rss };
}
