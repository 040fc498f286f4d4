/** @file What the server is: its health, its models, its own description. */

import { listMethods } from "@calig/core/internal/attribution/method-list";
import { METHODS } from "@calig/core/internal/attribution/methods";
import { defaultModel, defaultPromptModel } from "../choose-model.ts";
import { reference } from "../json-schema.ts";
import { jsonAnswer, type Route } from "../route.ts";

export const HEALTH_PATH = "/api/health";

export const health: Route = {
  method: "get",
  path: HEALTH_PATH,
  operationId: "getHealth",
  summary: "Whether the server answers, and how busy it is",
  answers: { 200: jsonAnswer("It answers", reference("Health")) },
  refusals: [],
  open: true,
  answer: (c, { version, explanations: { working, waiting } }) => c.json({ status: "ok", version, working, waiting }),
};

export const models: Route = {
  method: "get",
  path: "/api/models",
  operationId: "getModels",
  summary: "The models of this server",
  answers: { 200: jsonAnswer("Names, kinds and labels", reference("Models")) },
  refusals: [],
  answer: (c, state) =>
    c.json({
      models: state.models.map((hosted) => ({
        name: hosted.name,
        kind: hosted.host.kind,
        ...(hosted.host.input === undefined ? {} : { input: hosted.host.input }),
        default: [defaultModel(state.models, hosted.host.input?.field), defaultPromptModel(state.models)].includes(
          hosted,
        ),
        labels: hosted.host.labels,
        facts: hosted.host.facts,
      })),
    }),
};

/** The methods with their options. */
export const methods: Route = {
  method: "get",
  path: "/api/methods",
  operationId: "getMethods",
  summary: "The attribution methods, and the options that each takes",
  answers: { 200: jsonAnswer("Methods, the default first, and options as forms show them", reference("Methods")) },
  refusals: [],
  answer: (c) => c.json(listMethods(METHODS)),
};

/** This description. `describe` makes it of all routes, this one included. */
export const description = (describe: () => Readonly<Record<string, unknown>>): Route => ({
  method: "get",
  path: "/api/openapi.json",
  operationId: "getDescription",
  summary: "This description, OpenAPI 3.1",
  answers: { 200: jsonAnswer("The description", { type: "object" }) },
  refusals: [],
  open: true,
  answer: (c) => c.json(describe()),
});
