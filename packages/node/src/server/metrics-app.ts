/** @file Figures of a worker in the format of Prometheus, and whether it is alive. */

import { Hono } from "hono";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { Listener } from "./listen.ts";

/** One figure. Names end in "_total" where it only grows. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly values: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** "calig_rows_total{state=\"failed\"} 3" */
export function metricsText(metrics: readonly Metric[]): string {
  const labelled = (labels: Readonly<Record<string, string>> = {}) => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  };
  return metrics
    .flatMap(({ name, help, type, values }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...values.map(({ labels, value }) => `${name}${labelled(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

/** Answers /metrics and /healthz. */
export function createMetricsApp(read: () => readonly Metric[]): Listener {
  const app = new Hono();
  app.get("/metrics", (c) =>
    c.text(metricsText(read()), 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" }),
  );
  app.get("/healthz", (c) => c.text("ok\n"));
  return {
    fetch: async (request: Request) => app.fetch(request),
    limits: DEFAULT_LIMITS,
    close: async () => {},
    abort: async () => {},
  } as Listener;
}
