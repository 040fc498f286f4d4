/** @file The one job that the page does at a time: its progress, its end, and what went wrong. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ExplainCall } from "./client.ts";

export type Status =
  | { readonly kind: "starting" }
  | { readonly kind: "idle" }
  | { readonly kind: "working"; readonly done: number; readonly activity: string }
  | { readonly kind: "failed"; readonly message: string };

/** A new job ends the one before. The host is drawn again whenever the status changes. */
export class Work implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #status: Status = { kind: "starting" };
  #running: AbortController | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.cancel();
  }

  get status(): Status {
    return this.#status;
  }

  set status(status: Status) {
    this.#status = status;
    this.#host.requestUpdate();
  }

  fail(error: unknown): void {
    this.status = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }

  cancel(): void {
    this.#running?.abort();
  }

  async run(job: (call: ExplainCall) => Promise<void>): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.#running = controller;
    this.status = { kind: "working", done: 0, activity: "starting" };
    try {
      await job({
        signal: controller.signal,
        onProgress: (done, activity) => {
          if (!controller.signal.aborted) this.status = { kind: "working", done, activity };
        },
      });
      if (this.#running === controller) this.status = { kind: "idle" };
    } catch (error) {
      if (this.#running !== controller) return;
      if (controller.signal.aborted) this.status = { kind: "idle" };
      else this.fail(error);
    }
  }
}
