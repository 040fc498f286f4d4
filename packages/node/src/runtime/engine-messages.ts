/** @file What the main thread and the thread of the engine say to each other. */

import type { Feeds, Fetches, SessionOptions } from "@calig/core/internal/runtime/runtime";

/** What is asked; every request is answered once, by its id. */
export type EngineRequest = { readonly id: number } & (
  | { readonly do: "compile"; readonly model: Uint8Array; readonly options: SessionOptions }
  | {
      readonly do: "run";
      readonly session: number;
      readonly feeds: Feeds;
      readonly outputs: readonly string[] | undefined;
    }
  | { readonly do: "dispose"; readonly session: number }
);

/** A session as it is known to the main thread. */
export interface EngineSession {
  readonly session: number;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

export type EngineAnswer = { readonly id: number } & (
  | { readonly value: EngineSession | Fetches | undefined }
  /** `cause` in the words of the engine. */
  | { readonly error: string; readonly cause?: string }
);
