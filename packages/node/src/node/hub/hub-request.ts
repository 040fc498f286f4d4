/**
 * @file Requests to the hub, the only ones that `@calig/node` makes to elsewhere: when `allowDownload` asks for it. The token
 * goes to the hub's own address and never to where it redirects to, nor into a message.
 */

import { setTimeout as wait } from "node:timers/promises";
import { CheckpointError, quote } from "@calig/core/internal/errors";
import type { HubSettings } from "./hub-settings.ts";

/** A model, and how the hub is asked for it. */
export interface HubSubject {
  readonly name: string;
  readonly revision: string;
  readonly settings: HubSettings;
  readonly signal: AbortSignal | undefined;
}

/** What the hub answered. */
export interface HubAnswer {
  readonly response: Response;
  /** A header of the first answer on the way that has it: what the hub says of the file, not the storage behind it. */
  said(header: string): string | undefined;
}

export interface HubRequest {
  readonly method?: "GET" | "HEAD";
  /** The first byte that is wanted. */
  readonly from?: number;
  /** Whether addresses elsewhere are followed. Default: yes. */
  readonly elsewhere?: boolean;
}

/** The hub cannot be reached, or its answer was cut off. */
export class UnreachableError extends CheckpointError {
  /** Whether asking again at once may help. */
  readonly mayPass: boolean;
  constructor(
    message: string,
    file: string,
    { mayPass, cause }: { readonly mayPass: boolean; readonly cause: unknown },
  ) {
    super(message, file, { cause });
    this.mayPass = mayPass;
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 10;
/** Codes of the system where nobody is, or no network. */
const ABSENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"]);
/** Requests for what did not come, at most, and the wait before the second, which doubles. Milliseconds. */
const ATTEMPTS = 5;
const FIRST_WAIT = 250;

/**
 * Asks the hub, and follows where it leads.
 *
 * @param path - Behind the address of the hub: "/owner/name/resolve/main/config.json".
 * @throws {UnreachableError} When there is no answer.
 * @throws {CheckpointError} When the hub refuses.
 */
export async function askHub(path: string, subject: HubSubject, request: HubRequest = {}): Promise<HubAnswer> {
  const { endpoint, token } = subject.settings;
  const own = new URL(endpoint).origin;
  const said = new Map<string, string>();
  let address = new URL(endpoint + path);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "calig" };
    if (token !== undefined && address.origin === own) headers.authorization = `Bearer ${token}`;
    if (request.from !== undefined && request.from > 0) headers.range = `bytes=${request.from}-`;
    const response = await fetchOnce(address, { method: request.method ?? "GET", headers }, subject);
    for (const [name, value] of response.headers) if (!said.has(name)) said.set(name, value);
    const to = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    const next = to === null ? undefined : new URL(to, address);
    if (next === undefined || (request.elsewhere === false && next.origin !== own)) {
      if (!response.ok && next === undefined) throw await refusal(response, said, subject);
      return { response, said: (header) => said.get(header) };
    }
    await response.body?.cancel();
    if (!/^https?:$/.test(next.protocol) || (address.protocol === "https:" && next.protocol !== "https:")) {
      throw failure(subject, `it leads to ${quote(placeOf(next))}, which is not secure`, "report it to the hub");
    }
    address = next;
  }
  throw failure(subject, `it redirects more than ${MOST_REDIRECTS} times`, "check HF_ENDPOINT");
}

/** Does what may be cut off, and does it again. @throws What it throws at last. */
export async function patiently<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnreachableError) || !error.mayPass || attempt === ATTEMPTS) throw error;
      await wait(FIRST_WAIT * 2 ** (attempt - 1), undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** "Cannot download model "owner/name" from "https://...": found; remedy" */
export const failure = ({ name, settings }: HubSubject, found: string, remedy: string, cause?: unknown) =>
  new CheckpointError(
    `Cannot download model ${quote(name)} from ${quote(settings.endpoint)}: ${found}; ${remedy}`,
    name,
    { cause },
  );

export const unreachable = ({ name, settings }: HubSubject, found: string, cause?: unknown, mayPass = true) =>
  new UnreachableError(
    `Cannot download model ${quote(name)} from ${quote(settings.endpoint)}: ${found}; try again, what has come is kept, or set HF_ENDPOINT to a hub that this machine reaches`,
    name,
    { mayPass, cause },
  );

async function fetchOnce(address: URL, init: RequestInit, subject: HubSubject): Promise<Response> {
  const { signal, settings } = subject;
  const late = AbortSignal.timeout(settings.timeout);
  const stop = new AbortController();
  const onLate = () => stop.abort(late.reason);
  late.addEventListener("abort", onLate);
  try {
    return await fetch(address, {
      ...init,
      redirect: "manual",
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const why = late.aborted ? `no answer in ${settings.timeout / 1000} s` : reasonOf(cause);
    throw unreachable(subject, `${quote(address.host)} cannot be reached (${why})`, cause, !ABSENT.has(why));
  } finally {
    // The answer itself may take longer.
    late.removeEventListener("abort", onLate);
  }
}

/** "ECONNREFUSED" */
function reasonOf(cause: unknown): string {
  for (let at = cause; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (code !== undefined) return code;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** Addresses of storage are secrets: what is signed stands behind the "?". */
const placeOf = (address: URL): string => address.origin + address.pathname;

/** What an answer that is no file means. @see huggingface_hub/utils/_http.py, hf_raise_for_status */
async function refusal(response: Response, said: ReadonlyMap<string, string>, subject: HubSubject): Promise<Error> {
  await response.body?.cancel();
  const { name, revision, settings } = subject;
  const { status } = response;
  const code = said.get("x-error-code");
  const hasToken = settings.token !== undefined;
  if (code === "RevisionNotFound") {
    return failure(subject, `it has no revision ${quote(revision)} of it`, "give a branch, a tag or a commit of it");
  }
  if (code === "GatedRepo") {
    const wanted = hasToken
      ? `accept its terms at ${settings.endpoint}/${name} with the account of the token`
      : `accept its terms at ${settings.endpoint}/${name}, and give a token of that account (HF_TOKEN, or hf auth login)`;
    return failure(subject, `access is granted to those who accept its terms (${status})`, wanted);
  }
  if (status === 401 || status === 403 || code === "RepoNotFound" || status === 404) {
    const found =
      status === 404 || (status === 401 && code === "RepoNotFound")
        ? "there is no such model, or it is private"
        : `access is refused (${status})`;
    const remedy = hasToken
      ? "check the name, and whether the token may read it"
      : "check the name; for a private one give a token (HF_TOKEN, or hf auth login)";
    return failure(subject, found, remedy);
  }
  if (status === 429 || status >= 500) return unreachable(subject, `it answers with status ${status}`);
  return failure(subject, `it answers with status ${status}`, "check HF_ENDPOINT");
}
