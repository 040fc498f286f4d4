/** @file Questions over HTTP: what is asked of a text besides its class gives what the library gives, and forms know it. */

import { readFileSync } from "node:fs";
import { explain } from "@calig/core/internal/attribution/explain";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { problemsOf } from "@calig/node/internal/server/json-schema";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import { componentSchemas } from "@calig/node/internal/server/schemas";
import { beforeAll, describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { headFiles } from "../support/head-models.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { post, refusalOf, type TestServer, useModels, useServers } from "./support.ts";

const PLACED = JSON.parse(readFileSync(new URL("../golden/placed.json", import.meta.url), "utf8"));
const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();
const FAST = { method: "gradient-x-input" } as const;
const SCHEMAS = componentSchemas(DEFAULT_LIMITS);

function placedFiles(kind: "masked" | "spans"): Files {
  const { config, tensors } = PLACED[kind].bert as { config: object; tensors: [string, number[]][] };
  const weights = tensors.map(([name, shape]) => ({
    ...{ name, dtype: "float32" as const, shape },
    data: hashedParameter(name, shape, PLACED.gain as number),
  }));
  const bytes = encodeSafetensors(weights);
  return { ...headFiles("three", {}), "config.json": JSON.stringify(config), "model.safetensors": bytes };
}

const NAMES = { id2label: { 0: "contradiction", 1: "neutral", 2: "entailment" } };
const MODELS: Readonly<Record<string, readonly [files: () => Files, task?: "similarity"]>> = {
  nli: [() => headFiles("three", NAMES)],
  judge: [() => headFiles("one", { id2label: { 0: "LABEL_0" } })],
  masks: [() => placedFiles("masked")],
  answers: [() => placedFiles("spans")],
};

const loaded = new Map<string, ExplainableModel>();
let server: TestServer;
beforeAll(async () => {
  for (const [name, [files]] of Object.entries(MODELS)) loaded.set(name, await load(await tempFolder(files())));
  server = await start({ models: [...loaded].map(([name, model]) => ({ name, model })) });
});

const lasting = ({ cost: _cost, ...rest }: Explanation) => rest;

describe("POST /api/explain", () => {
  it.each([
    ["nli", { text: "how people live in berlin", labels: ["berlin", "film"], hypothesis: "it is {}." }, {}],
    ["judge", { text: "how people live in berlin", query: "who works at acme" }, {}],
    ["masks", { text: PLACED.several as string, mask: 2 }, { target: "museum", against: "city" }],
    ["answers", { text: PLACED.context as string, question: PLACED.question as string }, { target: "london" }],
  ])("asks %s what the library asks", async (name, input, options) => {
    const model = loaded.get(name) as ExplainableModel;
    const answer = await post(`${server.url}/api/explain`, { ...input, ...options, ...FAST, model: name });
    expect(answer.status).toBe(200);
    const explanation = (await answer.json()) as Explanation;
    expect(problemsOf(explanation, { $ref: "#/components/schemas/Explanation" }, SCHEMAS, "answer")).toEqual([]);
    const own = await explain(model, input, { ...FAST, ...options });
    expect(lasting(explanation)).toEqual(lasting(JSON.parse(JSON.stringify(own)) as Explanation));
  });

  it("says what is wrong with a question", async () => {
    const ask = (body: object) => post(`${server.url}/api/explain`, { ...FAST, ...body });
    const several = await refusalOf(await ask({ model: "masks", text: PLACED.several }));
    expect(several).toMatchObject({ message: expect.stringMatching(/name one by its number, 1 to 2/) });
    const wrong = await ask({ model: "masks", text: PLACED.text, mask: 0 });
    expect(wrong.status).toBe(422);
    const none = await refusalOf(await ask({ model: "answers", text: PLACED.context }));
    expect(none).toMatchObject({ message: expect.stringMatching(/found no question/) });
  });
});

it("GET /api/models has the fields that each can be asked", async () => {
  const { models } = (await (await fetch(`${server.url}/api/models`)).json()) as {
    models: { name: string; input: { questions?: { name: string }[] } }[];
  };
  const fields = Object.fromEntries(
    models.map(({ name, input }) => [name, input.questions?.map((question) => question.name)]),
  );
  expect(fields).toEqual({
    nli: ["labels", "hypothesis", "multiLabel", "target"],
    judge: ["query"],
    masks: ["target", "against", "mask"],
    answers: ["question", "target"],
  });
});
