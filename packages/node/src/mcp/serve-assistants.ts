/** @file The tools behind the Model Context Protocol: standard input and output of this process, until the input ends. */

import { isCaligError } from "@calig/core/internal/errors";
import { Server } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { Api } from "./api.ts";
import { checkArguments } from "./fields.ts";
import { TOOLS } from "./tools.ts";

export interface AssistantsOptions {
  /** What the tools ask; awaited by calls, so that a client need not wait for models to be loaded. */
  readonly api: Promise<Api>;
  readonly version: string;
  /** Folder that paths are relative to. */
  readonly folder: string;
  /** Ends the serving. */
  readonly signal: AbortSignal;
  /** Told of errors that are no client's fault. */
  readonly onError: (error: unknown) => void;
}

const INSTRUCTIONS =
  "calig explains what Transformer models decide: which words or patches support a decision and which oppose it. An explanation says what moved this model, not what is true, and not whether the model is right; pass its cautions on.";

/** Least progress between two notices, as a share of the work. */
const LEAST_PROGRESS = 0.01;

/** Resolves when the client has closed the input, or the signal is aborted. */
export async function serveAssistants({ api, version, folder, signal, onError }: AssistantsOptions): Promise<void> {
  const server = new Server(
    { name: "calig", title: "calig", version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler("tools/list", () => ({
    tools: TOOLS.map(({ name, title, description, input, writes }) => ({
      name,
      title,
      description,
      inputSchema: input as { readonly type: "object" },
      annotations: { readOnlyHint: !writes, destructiveHint: writes, idempotentHint: true, openWorldHint: false },
    })),
  }));
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    const tool = TOOLS.find(({ name }) => name === params.name);
    const args = params.arguments ?? {};
    const progressToken = mcpReq._meta?.progressToken;
    let last = Number.NEGATIVE_INFINITY;
    const onProgress = (done: number, message: string) => {
      if (progressToken === undefined || done - last < LEAST_PROGRESS) return;
      last = done;
      void mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken, progress: done, total: 1, message },
      });
    };
    try {
      if (tool === undefined)
        return failed(`There is no tool "${params.name}"; there are ${TOOLS.map(({ name }) => name).join(", ")}`);
      checkArguments(tool.name, args, tool.input);
      const { text, data } = await tool.call(args, { api: await api, folder, signal: mcpReq.signal, onProgress });
      return { content: [{ type: "text", text }], structuredContent: { ...data } };
    } catch (error) {
      if (!mcpReq.signal.aborted && !isCaligError(error)) onError(error);
      return failed(isCaligError(error) ? error.message : "Something went wrong in calig; its log says what");
    }
  });
  const ended = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  await server.connect(new StdioServerTransport());
  const close = () => void server.close();
  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });
  await ended;
}

/** What a client shows its model, which may then call again otherwise. */
const failed = (text: string) => ({ content: [{ type: "text" as const, text }], isError: true });
