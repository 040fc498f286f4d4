/** @file `calig serve`: the HTTP API and the page, on this machine unless told otherwise. */

import { join, resolve } from "node:path";
import { isCaligError, quote, UsageError, wordList } from "@calig/core/internal/errors";
import { count } from "@calig/core/internal/render/format";
import { VERSION } from "@calig/core/internal/util/version";
import { DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL } from "../../node/builtin-models.ts";
import { findPackageFolder } from "../../util/own-place.ts";
import { defineCommand, EXIT } from "../command.ts";
import { given } from "../given.ts";
import { cannotListen } from "../listening.ts";
import type { OptionValues } from "../options.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8017;
const LEAST_TOKEN = 16;

const OWN_OPTIONS = [
  "port",
  "host",
  "secret",
  "allowHost",
  "served",
  "runs",
  "bodyLimit",
  "textLimit",
  "tokenLimit",
  "timeLimit",
  "concurrency",
  "queue",
  "threads",
  "device",
  "stream",
  "acceptDifference",
  "allowDownload",
] as const;

type Options = Pick<OptionValues, (typeof OWN_OPTIONS)[number]>;

export const serve = defineCommand({
  name: "serve",
  summary: "answer over HTTP: the API, and the page where it was built",
  description:
    "Serves explanations and evaluations over HTTP, by default to this machine only: see docs/server.md for the API. Prints its address when it is ready; Ctrl-C lets what is under way end, a second one stops at once.",
  options: OWN_OPTIONS,
  examples: [
    { purpose: "Serve the built-in models to this machine", command: "calig serve" },
    {
      purpose: "Your own models, the first of a kind being the default",
      command: "calig serve --model ./my-bert --model pictures=./my-vit --port 0",
    },
    {
      purpose: "Data sets as jobs, which go on when the server starts again",
      command: "calig serve --runs ./runs",
    },
    {
      purpose: "To other machines, who must know the token",
      command: `CALIG_TOKEN=$(openssl rand -hex 32) calig serve --host 0.0.0.0`,
    },
  ],
  async run({ options, terminal }) {
    const { signal, env } = terminal.io;
    const folder = terminal.io.folder ?? process.cwd();
    const plugins = (options.plugin ?? []).map((file) => resolve(folder, file));
    const { host = DEFAULT_HOST, port = DEFAULT_PORT } = options;
    const { isLoopback } = await import("../../server/guard.ts");
    const token = options.secret ?? (env.CALIG_TOKEN === "" ? undefined : env.CALIG_TOKEN);
    checkToken(token, host, isLoopback(host));
    const [{ namedModels, startModels }, { createApp }, { listen }] = await Promise.all([
      import("../../server/start-models.ts"),
      import("../../server/app.ts"),
      import("../../server/listen.ts"),
    ]);
    const load = given(options, ["threads", "device", "stream", "acceptDifference", "allowDownload"]);
    const wanted = namedModels(options.served ?? [DEFAULT_TEXT_MODEL, DEFAULT_IMAGE_MODEL]);
    const loaded = await startModels(wanted, { plugins, load, signal }, terminal.progress.update);
    try {
      const unused = new Set(loaded.flatMap(({ model }) => model.unused));
      if (unused.size > 0) {
        await terminal.note(
          `Of plugins, a server uses what models are loaded with; left out: ${[...unused].join(", ")}`,
        );
      }
      const page = findPackageFolder("@calig/page");
      const app = createApp({
        models: loaded,
        version: VERSION,
        ...(page === undefined ? {} : { pageFolder: join(page, "dist") }),
        ...(options.runs === undefined ? {} : { runsFolder: resolve(folder, options.runs) }),
        ...(token === undefined ? {} : { token }),
        limits: limitsOf(options),
        hosts: [host, ...(options.allowHost ?? [])],
        onError: (error) => void terminal.fail(logText(error, options.debug === true)),
      });
      signal.throwIfAborted();
      const server = await listen(app, { host, port }).catch((cause: unknown) => {
        throw cannotListen(cause, host, port);
      });
      await terminal.print(`${server.url}\n`);
      await terminal.note(
        `Serving ${count(loaded.length, "model")}: ${wordList(loaded.map(({ name }) => name))}; stop with Ctrl-C`,
      );
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await terminal.note("Stopping: what is under way may end");
      await server.stop();
      return EXIT.done;
    } finally {
      for (const { model } of loaded) await model.dispose();
    }
  },
});

/** What the log says of an error that is no client's fault: what calig knows of needs no stack. */
function logText(error: unknown, debug: boolean): string {
  if (isCaligError(error) && !debug) return error.message;
  const texts = [];
  for (let at = error; at instanceof Error; at = at.cause) texts.push(at.stack ?? at.message);
  return texts.length === 0 ? String(error) : texts.join("\nCaused by: ");
}

/** @throws {UsageError} When others can reach the server and need no token, or one that can be guessed. */
function checkToken(token: string | undefined, host: string, loopback: boolean): void {
  if (token === undefined && !loopback) {
    throw new UsageError(
      `Cannot listen on ${quote(host)} without a token: other machines could use the server; set CALIG_TOKEN, or give --token`,
    );
  }
  if (token !== undefined && (token.length < LEAST_TOKEN || /\s/.test(token))) {
    throw new UsageError(
      `Cannot use the token: it must have at least ${LEAST_TOKEN} characters and no white space; make one with "openssl rand -hex 32"`,
    );
  }
}

function limitsOf({ bodyLimit, textLimit, tokenLimit, timeLimit, concurrency, queue }: Options) {
  return {
    ...(bodyLimit === undefined ? {} : { bodyBytes: bodyLimit }),
    ...(textLimit === undefined ? {} : { characters: textLimit }),
    ...(tokenLimit === undefined ? {} : { tokens: tokenLimit }),
    ...(timeLimit === undefined ? {} : { timeoutMs: Math.ceil(1000 * timeLimit) }),
    ...given({ concurrency, queue }, ["concurrency", "queue"]),
  };
}
