/** @file The server as a function from requests to answers: routes behind guards. Knows no sockets. */

import { setMaxListeners } from "node:events";
import { METHODS } from "@calig/core/internal/attribution/methods";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { createEvaluationJobs } from "./evaluation-jobs.ts";
import { checkHost, checkOrigin, checkToken, securityHeaders } from "./guard.ts";
import { clientLeft, errorBody, errorHeaders, HttpError, stopping, toHttpError, wrongMethod } from "./http-error.ts";
import { IncomingBodies } from "./incoming-bodies.ts";
import { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
import { hostHere } from "./model-host.ts";
import { openApiDocument } from "./openapi.ts";
import { servePage } from "./page.ts";
import type { Route, ServedModel, ServerState } from "./route.ts";
import { evaluateRoutes } from "./routes/evaluate.ts";
import { explainRoute } from "./routes/explain.ts";
import { description, health, methods as methodsRoute, models as modelsRoute } from "./routes/information.ts";
import { runRoutes } from "./routes/runs.ts";
import { verifyRoute } from "./routes/verify.ts";
import { createRunJobs } from "./run-jobs.ts";
import { componentSchemas, inputsWith, RUN_COMPONENTS } from "./schemas.ts";
import { createTurns } from "./turns.ts";
import { createWorkQueue } from "./work-queue.ts";

/** What the server is made of: its models, its limits, who may ask. */
export interface AppOptions {
  /** The models that requests may name, the default ones first. */
  readonly models: readonly ServedModel[];
  readonly version: string;
  /** Folder of the built page; without it, and where it does not exist, there is the API alone. */
  readonly pageFolder?: string;
  /** Folder of the runs over data sets, which outlive the server; without it, there are none. One server at a time works in it. */
  readonly runsFolder?: string;
  /** What requests to the API must give; none where only this machine can ask. */
  readonly token?: string;
  readonly limits?: Partial<ServerLimits>;
  /** Names besides "localhost" and addresses that the server goes by. */
  readonly hosts?: readonly string[];
  /** Told of errors that are no client's fault. */
  readonly onError?: (error: unknown) => void;
}

/** The server as a function from requests to answers, with the ways to end it. */
export interface ServerApp {
  readonly fetch: Hono<{ Bindings: HttpBindings }>["fetch"];
  readonly routes: readonly Route[];
  readonly limits: ServerLimits;
  /** Bodies of requests that have begun to come, and are not complete. */
  bodies(): number;
  /** Refuses new work; what is under way goes on. */
  close(): void;
  /** Stops what is under way. Resolves when nothing runs any more. */
  abort(): Promise<void>;
}

/** The server. Loads nothing and listens to nothing: `listen` connects it to a socket. */
export function createApp(options: AppOptions): ServerApp {
  const { models, version, pageFolder, runsFolder, token, hosts = [], onError = () => {} } = options;
  const limits: ServerLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const stop = new AbortController();
  // Everything in the queues listens to it; that is bounded, and no leak.
  setMaxListeners(0, stop.signal);
  const hosted = models.map(({ name, model }) => ({ name, host: "explain" in model ? model : hostHere(model) }));
  const inputs = inputsWith(hosted.flatMap(({ host }) => host.input ?? []));
  const schemas = componentSchemas(limits, METHODS, inputs);
  const state: ServerState = {
    version,
    models: hosted,
    limits,
    schemas,
    inputs,
    bodies: new IncomingBodies(limits, stop.signal),
    turns: createTurns(),
    explanations: createWorkQueue({ ...limits, what: "explanations" }),
    jobs: createEvaluationJobs(limits, stop.signal, onError),
    runs:
      runsFolder === undefined
        ? undefined
        : createRunJobs({ folder: runsFolder, models: hosted, limits, stopped: stop.signal, onError }),
    stopped: stop.signal,
    onError,
  };
  const routes: Route[] = [health, modelsRoute, methodsRoute, explainRoute, verifyRoute, ...evaluateRoutes];
  if (state.runs !== undefined) routes.push(...runRoutes);
  const described = Object.fromEntries(
    Object.entries(schemas).filter(([name]) => state.runs !== undefined || !RUN_COMPONENTS.includes(name)),
  );
  routes.push(description(() => openApiDocument(routes, described, { version, token: token !== undefined })));

  let closed = false;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(securityHeaders);
  app.use(checkHost(hosts));
  app.use("/api/*", checkOrigin);
  app.use("/api/*", async (_c, next) => {
    if (closed) throw stopping();
    await next();
  });
  const guard = token === undefined ? undefined : checkToken(token);
  for (const route of routes) {
    const path = patternOf(route);
    if (guard !== undefined && route.open !== true) app.on(route.method, path, guard);
    app.on(route.method, path, (c) => route.answer(c, state));
  }
  for (const [path, allowed] of methodsOf(routes)) {
    app.all(path, () => {
      throw wrongMethod(allowed);
    });
  }
  app.all("/api/*", () => {
    throw notFound();
  });
  servePage(app, pageFolder);
  app.notFound((c) => c.json(errorBody(notFound()), 404));
  app.onError((error, c) => {
    // An error that an abort caused speaks of the abort.
    const refusal = toHttpError(c.req.raw.signal.aborted ? clientLeft() : error);
    if (refusal.status === 500) onError(error);
    return c.json(errorBody(refusal), refusal.status, errorHeaders(refusal));
  });

  return {
    fetch: app.fetch,
    routes,
    limits,
    bodies: () => state.bodies.size,
    close() {
      closed = true;
    },
    async abort() {
      closed = true;
      stop.abort(stopping());
      await Promise.all([state.jobs.settled(), state.runs?.settled()]);
    },
  };
}

const notFound = (): HttpError =>
  new HttpError(404, "not-found", "There is nothing at this address; /api/openapi.json lists what there is");

/** "/api/evaluate/:id" */
const patternOf = ({ path }: Route): string => path.replace(/\{(\w+)\}/g, ":$1");

/** The methods of every address, as a router writes addresses. */
function methodsOf(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const pattern = patternOf(route);
    // What GET answers, HEAD answers without the body.
    const own = route.method === "get" ? ["GET", "HEAD"] : [route.method.toUpperCase()];
    methods.set(pattern, [...(methods.get(pattern) ?? []), ...own]);
  }
  return methods;
}
