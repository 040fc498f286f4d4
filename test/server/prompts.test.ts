/** @file Prompts over HTTP: what is asked of models that predict tokens, its description, and what is refused. */

import { explain } from "@calig/core/internal/attribution/explain";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import type { EvaluationJob } from "@calig/node/internal/server/evaluation-jobs";
import { problemsOf } from "@calig/node/internal/server/json-schema";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import { componentSchemas } from "@calig/node/internal/server/schemas";
import { beforeAll, describe, expect, it } from "vitest";
import { chattyDecoderFiles } from "../support/chatty-decoder.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { eventsOf, post, refusalOf, type TestServer, useModels, useServers } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();

const PROMPT = "A gripping, beautifully shot film that";
const ANSWER = " forgets to end.";
const CHAT = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "How was the film?" },
];
const FAST = { layers: [1], tolerance: 100, steps: 1 };
const SCHEMAS = componentSchemas(DEFAULT_LIMITS);

let decoder: ExplainableModel;
let server: TestServer;
beforeAll(async () => {
  decoder = await load(await tempFolder(chattyDecoderFiles()));
  const words = await load(await tempFolder(tinyBertFiles()));
  server = await start({
    models: [
      { name: "writer", model: decoder },
      { name: "words", model: words },
    ],
    limits: { characters: 1000 },
  });
});

const ask = (body: object, accept?: string) =>
  post(`${server.url}/api/explain`, body, accept === undefined ? {} : { headers: { Accept: accept } });
const explained = async (body: object) => {
  const answer = await ask({ ...FAST, ...body });
  expect(answer.status).toBe(200);
  const explanation = (await answer.json()) as Extract<Explanation, { layout: "text" }>;
  expect(problemsOf(explanation, { $ref: "#/components/schemas/Explanation" }, SCHEMAS, "answer")).toEqual([]);
  return explanation;
};
const lasting = ({ cost: _cost, ...rest }: Explanation) => rest;

describe("POST /api/explain with a prompt", () => {
  it("gives what the library gives: answers held against others, parts, and each token", async () => {
    const parts = [{ name: "praise", text: "gripping, beautifully shot" }, "film"];
    const body = { prompt: PROMPT, answer: ANSWER, parts, perToken: true };
    const own = await explain(decoder, body, FAST);
    const explanation = await explained(body);
    expect(lasting(explanation)).toEqual(lasting(JSON.parse(JSON.stringify(own)) as Explanation));
    expect(explanation.parts?.map(({ name }) => name)).toEqual(["praise", "part 2", "other"]);
    expect(explanation.answerTokens).toHaveLength(4);
    const against = await explained({ prompt: PROMPT, answer: ANSWER, againstText: " was dull." });
    expect(against.target).toMatchObject({ label: ANSWER, against: { label: " was dull." } });
  });

  it("explains the next token, a named one, labels of strings, and chats", async () => {
    const next = await explained({ prompt: PROMPT });
    expect(next.predictions).toHaveLength(20);
    expect(next.target.index).toBe(next.predictions[0]?.index);
    expect((await explained({ prompt: PROMPT, target: "#300" })).target.index).toBe(300);
    const verbaliser = { good: [" good", " end"], bad: [" dull"] };
    const label = await explained({ prompt: PROMPT, verbaliser, target: "bad" });
    expect([label.target.label, label.predictions.length]).toEqual(["bad", 2]);
    const chat = await explained({ chat: CHAT, answer: ANSWER });
    expect(chat.input.text).toBe("system: Be brief.\nuser: How was the film?\nassistant:");
    expect(chat.parts?.map(({ name }) => name)).toEqual(["system", "user", "other"]);
    // A text is a prompt to a model that is named.
    expect((await explained({ text: PROMPT, model: "writer" })).target.score).toBe(next.target.score);
  });

  it("tells how far it is as events, and renders pages", async () => {
    const names = new Set<string>();
    for await (const { event } of eventsOf(
      await ask({ prompt: PROMPT, answer: ANSWER, ...FAST }, "text/event-stream"),
    )) {
      names.add(event);
    }
    expect([...names]).toEqual(["queued", "progress", "result"]);
    const page = await (await ask({ chat: CHAT, answer: ANSWER, perToken: true, ...FAST }, "text/html")).text();
    expect(page).toContain("Parts of the prompt");
    expect(page).toContain("Tokens of the answer");
  });

  it("takes a prompt to the model that predicts tokens, a text to the one that judges texts", async () => {
    const { models } = (await (await fetch(`${server.url}/api/models`)).json()) as {
      models: { name: string; default: boolean; input: object }[];
    };
    expect(problemsOf({ models }, { $ref: "#/components/schemas/Models" }, SCHEMAS, "answer")).toEqual([]);
    expect(models).toMatchObject([
      { name: "writer", default: true, input: { called: "prompt", prompt: { chat: true } } },
      { name: "words", default: true, input: { called: "text" } },
    ]);
    expect(models[1]?.input).not.toHaveProperty("prompt");
    expect((await explained({ text: PROMPT })).model.family).toBe("bert");
    expect((await explained({ prompt: PROMPT })).model.family).toBe("llama");
  });

  it.each([
    [{ prompt: PROMPT, chat: CHAT }, "invalid-request", /a prompt and a chat: give one of them/],
    [{ text: PROMPT, answer: ANSWER, perToken: true }, "invalid-request", /body\.answer goes.*body\.perToken goes/],
    [{ prompt: PROMPT, model: "words" }, "wrong-kind", /predicts no tokens.*texts, not prompts/],
    [{ prompt: PROMPT, parts: ["not there"] }, "invalid-input", /does not stand there/],
    [{ prompt: PROMPT, parts: [{ name: "x" }] }, "invalid-request", /body\.parts\[0\]/],
    [{ prompt: PROMPT, perToken: true }, "invalid-input", /Cannot explain token by token/],
    [{ prompt: PROMPT, verbaliser: { a: "good" } }, "invalid-request", /body\.verbaliser\.a must be a list/],
    [{ prompt: PROMPT, answer: ANSWER, verbaliser: { a: ["b"] } }, "invalid-input", /at once/],
    [{ prompt: PROMPT, answer: ANSWER, target: "#3" }, "invalid-option", /together with an answer/],
    [{ chat: [{ role: "user" }] }, "invalid-request", /body\.chat\[0\] must have the field "content"/],
    [
      { chat: Array.from({ length: 3 }, () => ({ role: "user", content: "x".repeat(400) })) },
      "invalid-request",
      /all messages together, it has 1200/,
    ],
    [{ prompt: "x ".repeat(100) }, "invalid-input", /tokens, and model/],
  ])("refuses %j: %s", async (body, code, message) => {
    const refusal = await refusalOf(await ask({ ...FAST, ...body }));
    expect(refusal).toMatchObject({ status: 422, code });
    expect(refusal.message).toMatch(message);
  });
});

describe("POST /api/evaluate with prompts", () => {
  const start = (body: object) => post(`${server.url}/api/evaluate`, body);
  const ended = async (place: string | null) => {
    for (;;) {
      const job = (await (await fetch(`${server.url}${place}`)).json()) as EvaluationJob;
      if (job.status !== "queued" && job.status !== "running") return job;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const parts = ["A gripping, beautifully shot", { name: "film", text: "film" }];
  const rows = [
    { id: "one", prompt: PROMPT, answer: ANSWER, parts, relevant: ["film"] },
    { chat: CHAT, answer: " good", againstText: " dull", relevant: [1] },
  ];

  it("removes parts and measures the log-probability of the answer", async () => {
    const metrics = ["deletion", "insertion", "part-ranking"];
    const asked = { methods: ["gradient-x-input"], metrics, features: "part", replacement: "drop" };
    const answer = await start({ rows, ...asked });
    expect(answer.status).toBe(202);
    const { result } = await ended(answer.headers.get("location"));
    const own = await evaluate(
      decoder,
      {
        name: "rows",
        problems: [],
        items: [
          { line: 1, id: "one", input: { prompt: PROMPT, answer: ANSWER, parts }, relevantParts: ["film"] },
          { line: 2, input: { chat: CHAT, answer: " good", against: " dull" }, relevantParts: [1] },
        ],
      },
      {
        namedMethods: [{ name: "gradient-x-input", options: { method: "gradient-x-input" } }],
        metrics: metrics.map(metricByName),
        features: "part",
        replacement: "drop",
      },
    );
    expect(result?.dataset).toMatchObject({ size: 2, measured: 2 });
    const measured = result?.results.filter(({ method }) => method !== "random");
    expect(measured?.length).toBeGreaterThan(3);
    expect(measured).toEqual(JSON.parse(JSON.stringify(own.results)));
  });

  it.each([
    [[...rows, { text: "a text" }], /row 3: it is a text/],
    [[{ text: "a text", answer: ANSWER }], /goes with a prompt/],
    [[{ prompt: PROMPT, text: "a text" }], /give one of them/],
    [[{ prompt: PROMPT, label: "good" }], /row 1: field "label" is no label/],
    [[{ prompt: PROMPT, rationale: [1] }], /rationale goes with a text/],
  ])("refuses rows %#", async (wrong, message) => {
    const refusal = await refusalOf(await start({ rows: wrong, methods: ["random"], metrics: ["deletion"] }));
    expect(refusal.status).toBe(422);
    expect(refusal.message).toMatch(message);
  });
});
