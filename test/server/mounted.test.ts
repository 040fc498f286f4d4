/** @file The server inside another one: Express and Hono, under a prefix. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp, nodeHandler, type ServerApp } from "@calig/node/server";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { post, useModels } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();

let app: ServerApp;
const outer: Server[] = [];
beforeAll(async () => {
  app = createApp({ models: [{ name: "tiny", model: await load(await tempFolder(tinyBertFiles())) }], version: "1" });
});
afterAll(async () => {
  await app.abort();
  for (const server of outer) server.close();
});

const OUTER = {
  express: () => {
    const own = express().use("/calig", nodeHandler(app));
    own.use(express.json());
    own.post("/own", (request, answer) => void answer.json({ got: request.body as unknown }));
    return createServer(own);
  },
  hono: () => {
    const own = new Hono().mount("/calig", app.fetch);
    own.post("/own", async (c) => c.json({ got: (await c.req.json()) as unknown }));
    return createServer(getRequestListener(own.fetch));
  },
};

describe.each(["express", "hono"] as const)("the server inside %s", (kind) => {
  let url: string;
  beforeAll(async () => {
    const server = OUTER[kind]();
    outer.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  it("explains under its prefix", async () => {
    const answer = await post(`${url}/calig/api/explain`, { text: "hello world" });
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as { words: { text: string }[] }).words.map(({ text }) => text)).toEqual([
      "hello",
      "world",
    ]);
  });

  it("tells of progress as it does on its own", async () => {
    const headers = { Accept: "text/event-stream" };
    const answer = await post(`${url}/calig/api/explain`, { text: "hello world" }, { headers });
    expect(await answer.text()).toMatch(/^event: queued\n[\s\S]*event: result\n/);
  });

  it("refuses what it refuses on its own, and leaves the rest to the outer one", async () => {
    expect((await post(`${url}/calig/api/explain`, "no json")).status).toBe(400);
    expect((await fetch(`${url}/calig/api/nothing`)).status).toBe(404);
    const foreign = { headers: { Origin: "http://example.org" } };
    expect((await post(`${url}/calig/api/explain`, { text: "hello" }, foreign)).status).toBe(403);
    expect(await (await post(`${url}/own`, { a: 1 })).json()).toEqual({ got: { a: 1 } });
  });
});
