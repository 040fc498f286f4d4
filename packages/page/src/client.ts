/** @file What the page asks of whoever explains: a server, or the engine inside the page. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { PromptInput } from "@calig/core/internal/attribution/input";
import type { BaselineName } from "@calig/core/internal/attribution/option-words";
import type { InputForm, MethodList } from "@calig/core/internal/options/form";
import type { Verification } from "@calig/core/internal/verification/verification";

/** A model that can be chosen. */
export interface ModelEntry {
  readonly name: string;
  /** The kind of input that it reads: "text". */
  readonly kind: string;
  /** How it is given; undefined where only code can. */
  readonly input?: InputForm;
  /** Names of the classes, by index. */
  readonly labels: readonly string[];
  /** Used where none is named. */
  readonly default: boolean;
  /** Where the list of models says that it predicts tokens: whether it knows chats. `input` says so as well. */
  readonly prompt?: { readonly chat: boolean };
  /** What has to be downloaded before the first explanation; undefined where nothing has. */
  readonly bytes?: number;
}

/** How a file is read, by the names of the options. */
export type Reading = Readonly<Record<string, unknown>>;

/** What was typed, and what is asked of it besides its class, a prompt with what is asked about it, or a file: `field` is what requests call it. */
export type ExplainInput =
  | { readonly text: string; readonly asked?: Readonly<Record<string, unknown>> }
  | { readonly prompt: PromptInput }
  | {
      readonly field: string;
      readonly file: Blob;
      readonly reading?: Reading;
      readonly asked?: Readonly<Record<string, unknown>>;
    };

/** What is asked, options of the library included; those left out have their defaults. */
export interface ExplainRequest extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly input: ExplainInput;
  readonly method?: string;
  /** Label of a class. */
  readonly target?: string;
  readonly against?: string;
  readonly baseline?: BaselineName;
  readonly steps?: number;
  /** Whether blocks tell the evidence of every attention head. */
  readonly heads?: boolean;
  /** One of the client's devices. A device that turns out not to work is replaced, and the explanation warns of it. */
  readonly device?: PageDevice;
  /** Whether a quantised file is explained even where its own answer is another. Only where models can be opened. */
  readonly acceptDifference?: boolean;
}

/** Where the engine in the page can run: the processor, in WebAssembly, or the GPU. */
export type PageDevice = "wasm" | "webgpu";

/** Which model is to be verified, and where it runs. */
export type VerifyRequest = Pick<ExplainRequest, "model" | "device">;

export interface ExplainCall {
  readonly signal: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  readonly onProgress: (done: number, activity: string) => void;
}

/** Whoever explains. */
export interface Client {
  /** Where the work is done: what is typed leaves the page only for "server". */
  readonly place: "server" | "browser";
  models(): Promise<readonly ModelEntry[]>;
  /** The attribution methods, the default first, and the options that they take. */
  methods(): Promise<MethodList>;
  /** @throws {ClientError} For whatever goes wrong, and the signal's reason when it is aborted. */
  explain(request: ExplainRequest, call: ExplainCall): Promise<Explanation>;
  /** Whether a model is computed rightly. @throws As `explain`. */
  verify(request: VerifyRequest, call: ExplainCall): Promise<Verification>;
  /** Where programs can run, the default first. Only where the work is done in the browser. */
  devices?(): Promise<readonly PageDevice[]>;
  /** Takes the files of a model that its user has. Only where the work is done in the browser. */
  openModel?(files: readonly File[], call: ExplainCall): Promise<ModelEntry>;
}

/** What the reader of the page is told. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /** For programs: "queue-full", "InputError". */
  readonly code: string;
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
