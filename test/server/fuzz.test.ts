/** @file Bodies at random against a server whose model has a process of its own: every one is answered as the description says. */

import { createRandom } from "@calig/core/internal/util/random";
import { problemsOf } from "@calig/node/internal/server/json-schema";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import { type ModelProcess, startModelProcess } from "@calig/node/internal/server/model-process";
import { componentSchemas } from "@calig/node/internal/server/schemas";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fuzzedBody } from "../support/fuzz-bodies.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { post, type TestServer, useServers } from "./support.ts";

const BODIES = 300;
const SCHEMAS = componentSchemas(DEFAULT_LIMITS);

const tempFolder = useTempFolders();
const start = useServers();

let model: ModelProcess;
let server: TestServer;
beforeAll(async () => {
  model = await startModelProcess({ name: "words", source: await tempFolder(tinyBertFiles()), load: { threads: 1 } });
  server = await start({ models: [{ name: "words", model }], limits: { timeoutMs: 20_000, evaluationQueue: BODIES } });
});
afterAll(() => model.dispose());

/** Whether the text is JSON that meets the schema; undefined where it is no JSON. */
function meets(text: string, component: string): boolean | undefined {
  try {
    return problemsOf(JSON.parse(text), { $ref: `#/components/schemas/${component}` }, SCHEMAS, "body").length === 0;
  } catch {
    return undefined;
  }
}

it.each([
  ["/api/explain", "ExplainRequest", [200, 404, 422, 504]],
  ["/api/evaluate", "EvaluateRequest", [202, 404, 422]],
  ["/api/verify", "VerifyRequest", [200, 404, 422, 504]],
] as const)("POST %s", async (path, component, statuses) => {
  const random = createRandom(`bodies of ${component}`);
  const { pid } = model;
  const counts = new Map<number, number>();
  // A verification takes as long as many explanations.
  for (let i = 0; i < (component === "VerifyRequest" ? BODIES / 10 : BODIES); i++) {
    const body = fuzzedBody(component, SCHEMAS, random);
    const answer = await post(`${server.url}${path}`, body);
    const text = await answer.text();
    // Evaluations have their own tests; here they make room for the next one.
    const place = answer.headers.get("location");
    if (place !== null) await fetch(`${server.url}${place}`, { method: "DELETE" });
    const good = meets(body, component);
    const seen = `${body.slice(0, 300)} -> ${answer.status} ${text.slice(0, 300)}`;
    if (good === undefined) expect(answer.status, seen).toBe(400);
    else if (good) expect(statuses, seen).toContain(answer.status);
    else expect([400, 422], seen).toContain(answer.status);
    if (answer.status >= 400) {
      expect(problemsOf(JSON.parse(text), { $ref: "#/components/schemas/Error" }, SCHEMAS, "answer"), seen).toEqual([]);
      expect(text, seen).not.toMatch(/\bat \S+ \(|node_modules|\.rs:|undefined is not/);
    }
    counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
  }
  expect(server.errors).toEqual([]);
  expect(model.pid).toBe(pid);
  // It reaches what lies behind the checks.
  expect(counts.get(statuses[0])).toBeGreaterThan(0);
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
});
