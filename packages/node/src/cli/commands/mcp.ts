/** @file `calig mcp`: explanations as tools of assistants. */

import { resolve } from "node:path";
import { isCaligError, UsageError } from "@calig/core/internal/errors";
import { VERSION } from "@calig/core/internal/util/version";
import { DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL } from "../../node/builtin-models.ts";
import { findPackageFile } from "../../util/own-place.ts";
import { defineCommand, EXIT } from "../command.ts";
import { given } from "../given.ts";

const PROTOCOL = "@modelcontextprotocol/server";

export const mcp = defineCommand({
  name: "mcp",
  summary: "answer assistants: a server of the Model Context Protocol",
  description:
    "Speaks the Model Context Protocol on standard input and output: assistants start this command and call its tools explain, compare, evaluate, inspect, methods and verify (docs/assistants.md). Models are loaded in processes of their own; nothing is sent to other machines. Needs the package @modelcontextprotocol/server.",
  options: ["served", "threads", "device", "stream", "acceptDifference", "allowDownload"],
  examples: [
    { purpose: "The built-in models", command: "calig mcp" },
    { purpose: "Your own model", command: "calig mcp --model ./my-bert" },
  ],
  async run({ options, terminal }) {
    const { signal } = terminal.io;
    const folder = terminal.io.folder ?? process.cwd();
    if (findPackageFile(PROTOCOL) === undefined) {
      throw new UsageError(
        `Cannot answer assistants: the package "${PROTOCOL}" is not installed; npm install ${PROTOCOL}`,
      );
    }
    const [{ namedModels, startModels }, { createApp }, { serveAssistants }, { apiOf }] = await Promise.all([
      import("../../server/start-models.ts"),
      import("../../server/app.ts"),
      import("../../mcp/serve-assistants.ts"),
      import("../../mcp/api.ts"),
    ]);
    const wanted = namedModels(options.served ?? [DEFAULT_TEXT_MODEL, DEFAULT_IMAGE_MODEL]);
    const plugins = (options.plugin ?? []).map((file) => resolve(folder, file));
    const load = given(options, ["threads", "device", "stream", "acceptDifference", "allowDownload"]);
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const onError = (error: unknown) =>
      void terminal.fail(isCaligError(error) ? error.message : String((error as Error)?.stack ?? error));
    const models = startModels(wanted, { plugins, load, signal: either });
    // A model that cannot be loaded ends the command; calls that wait for it are answered with why.
    models.catch(() => stop.abort());
    const app = models.then((loaded) => createApp({ models: loaded, version: VERSION, onError }));
    const api = app.then(apiOf);
    api.catch(() => {});
    try {
      await serveAssistants({ api, version: VERSION, folder, signal: either, onError });
      signal.throwIfAborted();
      // Clients that leave before all is loaded need no more of it.
      if (await settledSoon(models)) await models;
      else stop.abort();
      return EXIT.done;
    } finally {
      await (await app.catch(() => undefined))?.abort();
      for (const { model } of await models.catch(() => [])) await model.dispose();
    }
  },
});

/** Whether it has settled by now. */
const settledSoon = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((settle) => setImmediate(settle, false)),
  ]);
