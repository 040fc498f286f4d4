/** @file What the page and its worker say to each other. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { ImageReading } from "@calig/core/internal/input/image/rgb-image";
import type { MethodList } from "@calig/core/internal/options/form";
import type { Verification } from "@calig/core/internal/verification/verification";
import type { ExplainRequest, ModelEntry, PageDevice, VerifyRequest } from "./client.ts";

/** What the page wants; `id` comes back with every answer. */
export type ToWorker =
  | { readonly id: number; readonly do: "models" }
  | { readonly id: number; readonly do: "methods" }
  | { readonly id: number; readonly do: "devices" }
  | { readonly id: number; readonly do: "explain"; readonly request: ExplainRequest }
  | { readonly id: number; readonly do: "verify"; readonly request: VerifyRequest }
  | { readonly id: number; readonly do: "open"; readonly files: readonly File[] }
  | { readonly id: number; readonly do: "cancel" };

/** What the page gets for each thing that it wants. */
export interface Answers {
  readonly models: readonly ModelEntry[];
  readonly methods: MethodList;
  readonly devices: readonly PageDevice[];
  readonly explain: Explanation;
  readonly verify: Verification;
  readonly open: ModelEntry;
}

/** To the worker of pictures. */
export interface ToPictureWorker {
  readonly file: Blob;
  readonly reading: ImageReading;
}

export type FromPictureWorker = { readonly picture: Blob | undefined } | { readonly error: string };

export type FromWorker =
  | { readonly id: number; readonly progress: readonly [done: number, activity: string] }
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: string } };
