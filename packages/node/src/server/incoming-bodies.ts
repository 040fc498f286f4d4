/**
 * @file Bodies of requests while they come in: each within a deadline and not below a rate, all together within a share
 * of memory. A body that is not complete holds nothing else.
 */

import { clientLeft, HttpError } from "./http-error.ts";
import { type JsonCounts, JsonScan } from "./json-scan.ts";
import type { ServerLimits } from "./limits.ts";

/** A body that has come whole. */
export interface CompleteBody {
  readonly bytes: Uint8Array;
  readonly counts: JsonCounts;
}

type BodyLimits = Pick<ServerLimits, "bodyBytes" | "bodiesBytes" | "bodyMs" | "bodyRate" | "bodyRateMs">;

interface Incoming {
  bytes: number;
  readonly refuse: (reason: HttpError) => void;
}

/** The bodies that a server is reading. A class, because they share memory. */
export class IncomingBodies {
  readonly #limits: BodyLimits;
  readonly #stopped: AbortSignal;
  /** In the order they began. */
  readonly #open = new Set<Incoming>();
  #held = 0;

  /** @param stopped - Aborted when the server stops; the reason is what senders are told. */
  constructor(limits: BodyLimits, stopped: AbortSignal) {
    this.#limits = limits;
    this.#stopped = stopped;
  }

  /** Bodies that are not complete. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Reads a body to its end.
   *
   * @throws {HttpError} 413 when it is too large; 408 when it is too slow, or took too long; 503 when all bodies together
   * are too large and this one has been under way for longest; the reason of the signal when the server stops.
   */
  async read(stream: ReadableStream<Uint8Array> | null): Promise<CompleteBody> {
    if (stream === null) return { bytes: new Uint8Array(), counts: new JsonScan().counts };
    const { bodyBytes, bodiesBytes, bodyMs, bodyRate, bodyRateMs } = this.#limits;
    const reader = stream.getReader();
    let refuse: (reason: unknown) => void = () => {};
    const refused = new Promise<never>((_, reject) => {
      refuse = reject;
    });
    // It may be refused between two reads.
    refused.catch(() => {});
    const own: Incoming = { bytes: 0, refuse };
    this.#open.add(own);
    const deadline = setTimeout(() => refuse(tooLate(bodyMs)), bodyMs);
    let before = 0;
    const pace = setInterval(() => {
      if (own.bytes - before < (bodyRate * bodyRateMs) / 1000) refuse(tooSlow(bodyRate));
      before = own.bytes;
    }, bodyRateMs);
    const onStop = () => refuse(this.#stopped.reason);
    this.#stopped.addEventListener("abort", onStop, { once: true });
    if (this.#stopped.aborted) onStop();
    const scan = new JsonScan();
    const pieces: Uint8Array[] = [];
    try {
      for (;;) {
        const { done, value } = await Promise.race([reader.read(), refused]);
        if (done) return { bytes: Buffer.concat(pieces), counts: scan.counts };
        own.bytes += value.length;
        this.#held += value.length;
        if (own.bytes > bodyBytes) throw tooLarge(bodyBytes);
        if (this.#held > bodiesBytes) this.#refuseOldest();
        scan.add(value);
        pieces.push(value);
      }
    } catch (error) {
      // Nothing else is read of it; that its sender has left already is nobody's fault.
      void reader.cancel().catch(() => {});
      throw error instanceof HttpError ? error : clientLeft();
    } finally {
      clearTimeout(deadline);
      clearInterval(pace);
      this.#stopped.removeEventListener("abort", onStop);
      this.#open.delete(own);
      this.#held -= own.bytes;
    }
  }

  /** Makes room: senders who are quick are served, however many others send slowly. */
  #refuseOldest(): void {
    const [oldest] = this.#open;
    oldest?.refuse(
      new HttpError(503, "busy", "Too many large bodies are on their way, and this one took longest; try again", 1),
    );
  }
}

export const tooLarge = (limit: number): HttpError =>
  new HttpError(413, "body-too-large", `The body must have at most ${limit} bytes`);

const tooLate = (milliseconds: number): HttpError =>
  new HttpError(408, "body-too-late", `The body did not come within ${milliseconds / 1000} s`);

const tooSlow = (rate: number): HttpError =>
  new HttpError(408, "body-too-slow", `The body came too slowly: send at least ${rate} bytes per second`);
