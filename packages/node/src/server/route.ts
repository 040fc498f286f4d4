/** @file What a route of the server is: its place, its description, and its answer, in one record. */

import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { InputForm } from "@calig/core/internal/options/form";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { EvaluationJobs } from "./evaluation-jobs.ts";
import type { IncomingBodies } from "./incoming-bodies.ts";
import type { JsonSchema, SchemaTable } from "./json-schema.ts";
import type { ServerLimits } from "./limits.ts";
import type { ModelHost } from "./model-host.ts";
import type { RunJobs } from "./run-jobs.ts";
import type { Turns } from "./turns.ts";
import type { WorkQueue } from "./work-queue.ts";

/** A model under the name that requests call it by: of this process, or with one of its own. */
export interface ServedModel {
  readonly name: string;
  readonly model: ExplainableModel | ModelHost;
}

/** A model as routes see it. */
export interface HostedModel {
  readonly name: string;
  readonly host: ModelHost;
}

/** What routes answer from. */
export interface ServerState {
  readonly version: string;
  readonly models: readonly HostedModel[];
  readonly limits: ServerLimits;
  readonly schemas: SchemaTable;
  /** Kinds of inputs that requests can give: calig's own, then those of models. One for each field. */
  readonly inputs: readonly InputForm[];
  readonly bodies: IncomingBodies;
  /** In which bodies are checked. */
  readonly turns: Turns;
  readonly explanations: WorkQueue;
  readonly jobs: EvaluationJobs;
  /** Undefined where the server keeps no runs. */
  readonly runs: RunJobs | undefined;
  /** Aborted when the server stops; the reason is what clients are told. */
  readonly stopped: AbortSignal;
  /** Told of errors that are no client's fault. */
  readonly onError: (error: unknown) => void;
}

export type RequestContext = Context<{ Bindings: HttpBindings }>;

/** An answer by its status: what it means, and its bodies by media type; none for an empty one. */
export interface RouteAnswer {
  readonly description: string;
  readonly content?: Readonly<Record<string, JsonSchema>>;
}

export interface Route {
  readonly method: "get" | "post" | "delete";
  /** As OpenAPI writes it: "/api/evaluate/{id}". */
  readonly path: string;
  /** Unique; what generated clients call it. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** Names of the parts of the path in braces. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Name of the component that the body must meet. */
  readonly body?: string;
  /** Media types of files that may be sent in place of it, its other fields then being in the query, as JSON under "request". */
  readonly files?: readonly string[];
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** Statuses of refusals besides those that every route has. */
  readonly refusals: readonly number[];
  /** Whether it answers without the token. */
  readonly open?: boolean;
  answer(c: RequestContext, state: ServerState): Promise<Response> | Response;
}

export const jsonAnswer = (description: string, schema: JsonSchema): RouteAnswer => ({
  description,
  content: { "application/json": schema },
});
