/** @file Where the hub is, who asks it, and whether it may be asked: the environment variables that huggingface_hub reads. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidOptionError, quote } from "@calig/core/internal/errors";
import { huggingFaceHome } from "./hub-cache.ts";

export interface HubSettings {
  /** "https://huggingface.co" */
  readonly endpoint: string;
  /** Goes to the endpoint alone, and into no message. */
  readonly token: string | undefined;
  /** Without a byte for so long, a connection counts as cut. Milliseconds. */
  readonly timeout: number;
}

const ENDPOINT = "https://huggingface.co";
const SECONDS = 10;

/** Whether HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) says that the hub is not to be asked. */
export const isOffline = (variables: NodeJS.ProcessEnv = process.env): boolean =>
  isTrue(variables.HF_HUB_OFFLINE || variables.TRANSFORMERS_OFFLINE);

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? "");

/**
 * HF_ENDPOINT; HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the file that `hf auth login` wrote (HF_TOKEN_PATH, else `token` in
 * HF_HOME), unless HF_HUB_DISABLE_IMPLICIT_TOKEN; HF_HUB_DOWNLOAD_TIMEOUT.
 *
 * @throws {InvalidOptionError} When HF_ENDPOINT is no address.
 * @see huggingface_hub/constants.py, utils/_auth.py
 */
export async function hubSettings(variables: NodeJS.ProcessEnv = process.env): Promise<HubSettings> {
  const endpoint = (variables.HF_ENDPOINT || ENDPOINT).replace(/\/+$/, "");
  const { protocol, username } = URL.parse?.(endpoint) ?? parsed(endpoint);
  if (!/^https?:$/.test(protocol) || username !== "") {
    throw new InvalidOptionError(
      `Cannot ask the hub at HF_ENDPOINT: it is ${username === "" ? quote(endpoint) : "an address with a name or a password in it"}, wanted an address that begins with "https://"; correct it, or leave it out for ${ENDPOINT}`,
      "HF_ENDPOINT",
      username === "" ? endpoint : undefined,
    );
  }
  const seconds = Number(variables.HF_HUB_DOWNLOAD_TIMEOUT || SECONDS);
  return { endpoint, token: await tokenOf(variables), timeout: 1000 * (seconds > 0 ? seconds : SECONDS) };
}

function parsed(address: string): { readonly protocol: string; readonly username: string } {
  try {
    return new URL(address);
  } catch {
    return { protocol: "", username: "" };
  }
}

async function tokenOf(variables: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (isTrue(variables.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  const path = variables.HF_TOKEN_PATH || join(huggingFaceHome(variables), "token");
  const given = variables.HF_TOKEN || variables.HUGGING_FACE_HUB_TOKEN;
  const text = given || (await readFile(path, "utf8").catch(() => ""));
  return text.replace(/[\r\n]/g, "").trim() || undefined;
}
