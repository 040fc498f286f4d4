/** @file An engine that compiles a program once, however often it is asked to: for tests of what is computed with it. */

import { createHash } from "node:crypto";
import type { Runtime, Session, SessionOptions } from "@calig/core/internal/runtime/runtime";

export interface KeptSessions {
  readonly runtime: Runtime;
  /** Sessions that were asked for, and not given back: disposing one of them gives it back. */
  open(): number;
  dispose(): Promise<void>;
}

/** The same engine, whose sessions live until the end. */
export function keptSessions(engine: Runtime): KeptSessions {
  const sessions = new Map<string, Promise<Session>>();
  let open = 0;
  const compile = async (model: Uint8Array, options: SessionOptions): Promise<Session> => {
    const { weights, ...settings } = options;
    if (weights !== undefined) return engine.compile(model, options);
    const key = createHash("sha256").update(model).update(JSON.stringify(settings)).digest("hex");
    let kept = sessions.get(key);
    if (kept === undefined) {
      kept = engine.compile(model, options);
      sessions.set(key, kept);
    }
    const session = await kept;
    open += 1;
    let given = false;
    return {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: (feeds, outputs) => {
        if (given) throw new Error(`the program ${options.name} is run after it was given back`);
        return session.run(feeds, outputs);
      },
      dispose: async () => {
        if (!given) open -= 1;
        given = true;
      },
    };
  };
  return {
    runtime: { ...engine, compile },
    open: () => open,
    dispose: async () => {
      for (const session of sessions.values()) await (await session).dispose();
    },
  };
}
