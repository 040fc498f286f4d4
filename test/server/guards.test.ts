/** @file Who may ask the server, what the page's folder gives away, and that nothing a user wrote becomes markup. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import { createApp } from "@calig/node/internal/server/app";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles } from "../support/tiny-bert.ts";
import { post, refusalOf, sendRaw, useModels, useServers } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();

const HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">';
const FAST = { steps: 1, tolerance: 100 };

let folder: string;
let model: ExplainableModel;
beforeAll(async () => {
  const config = { ...TINY_CONFIG, id2label: { "0": HOSTILE, "1": "</style>perhaps", "2": "'yes\"" } };
  folder = await tempFolder({ ...tinyBertFiles(), "config.json": JSON.stringify(config) });
  model = await load(folder);
});

const app = (options: Partial<Parameters<typeof createApp>[0]> = {}) =>
  createApp({ models: [{ name: "words", model }], version: "1.2.3", pageFolder: "/nowhere", ...options });

const request = (headers: Record<string, string>, path = "/api/models") =>
  new Request(`http://localhost:8017${path}`, { headers: { host: "localhost:8017", ...headers } });

describe("the Host header", () => {
  it.each([
    "localhost",
    "localhost:8017",
    "127.0.0.1:1",
    "[::1]:8017",
    "LOCALHOST",
    "10.0.0.7:80",
    "calig.example:8017",
  ])("may be %s", async (host) => {
    expect((await app({ hosts: ["calig.example"] }).fetch(request({ host }))).status).toBe(200);
  });

  it.each(["evil.example", "localhost.evil.example:8017", "127.0.0.1.evil.example", "", "a@localhost", "local host"])(
    "may not be %j: a name that is not the server's may be rebound to it",
    async (host) => {
      const refusal = await refusalOf(await app().fetch(request({ host })));
      expect(refusal).toMatchObject({ status: 403, code: "unknown-host" });
      const page = await app().fetch(request({ host }, "/"));
      expect(page.status).toBe(403);
    },
  );
});

describe("the Origin header", () => {
  it.each([
    [{ origin: "http://localhost:8017" }, 200],
    [{}, 200],
    [{ "sec-fetch-site": "none" }, 200],
    [{ "sec-fetch-site": "same-origin" }, 200],
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "http://localhost:9999" }, 403],
    [{ origin: "null" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
  ] as [Record<string, string>, number][])("%j is answered with %i", async (headers, status) => {
    expect((await app().fetch(request(headers))).status).toBe(status);
  });
});

describe("the token", () => {
  const TOKEN = "correct-horse-battery-staple";

  it.each([
    [`Bearer ${TOKEN}`, 200],
    [`bearer ${TOKEN}`, 200],
    [`Bearer ${TOKEN}x`, 401],
    [`Bearer ${TOKEN.slice(1)}`, 401],
    ["Bearer ", 401],
    [`Basic ${TOKEN}`, 401],
    ["", 401],
  ])("%j is answered with %i", async (authorization, status) => {
    const answer = await app({ token: TOKEN }).fetch(request({ authorization }));
    expect(answer.status).toBe(status);
    expect(answer.headers.get("www-authenticate")).toBe(status === 401 ? 'Bearer realm="calig"' : null);
  });

  it("guards every route but those that the description calls open", async () => {
    const server = app({ token: TOKEN });
    for (const { method, path, open = false } of server.routes) {
      const answer = await server.fetch(
        new Request(`http://localhost${path.replace("{id}", "x")}`, {
          method: method.toUpperCase(),
          headers: { host: "localhost" },
        }),
      );
      expect([path, answer.status === 401]).toEqual([path, !open]);
    }
    const description = (await (await server.fetch(request({}, "/api/openapi.json"))).json()) as {
      paths: Record<string, Record<string, { security?: unknown; responses: object }>>;
    };
    expect(description.paths["/api/explain"]?.post?.security).toEqual([{ token: [] }]);
    expect(Object.keys(description.paths["/api/explain"]?.post?.responses ?? {})).toContain("401");
    expect(description.paths["/api/health"]?.get?.security).toBeUndefined();
  });
});

describe("every answer", () => {
  it.each(["/", "/api/health", "/api/nothing", "/nothing"])("has the headers of safety: %s", async (path) => {
    const { headers } = await app().fetch(request({}, path));
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": expect.stringContaining("object-src 'none'"),
      "referrer-policy": "no-referrer",
    });
    expect(headers.get("content-security-policy")).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("an error of the server itself", () => {
  it("tells the client nothing of what happened, and the log everything", async () => {
    const broken = { ...model, programs: undefined as never };
    const errors: unknown[] = [];
    const server = app({ models: [{ name: "words", model: broken }], onError: (error) => errors.push(error) });
    const answer = await server.fetch(
      new Request("http://localhost/api/explain", {
        method: "POST",
        body: JSON.stringify({ text: "a b" }),
        headers: { host: "localhost", "content-type": "application/json" },
      }),
    );
    const body = await answer.text();
    expect([answer.status, JSON.parse(body)]).toEqual([
      500,
      { error: { code: "internal", message: "Something went wrong in the server; its log says what" } },
    ]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(TypeError);
    // Its place in the queue is free again.
    const health = await (await server.fetch(request({}, "/api/health"))).json();
    expect(health).toMatchObject({ working: 0, waiting: 0 });
  });
});

describe("the page", () => {
  it("is the built one, and nothing outside its folder is given", async () => {
    const root = await tempFolder({ "page/index.html": "<p>the page", "page/a.js": "1", "secret.txt": "the secret" });
    await mkdir(join(root, "page-other"));
    await writeFile(join(root, "page-other", "x.txt"), "the secret");
    const server = await start({ models: [{ name: "words", model }], pageFolder: join(root, "page") });
    const index = await fetch(`${server.url}/`);
    expect([await index.text(), index.headers.get("content-type")]).toEqual([
      "<p>the page",
      "text/html; charset=utf-8",
    ]);
    expect((await fetch(`${server.url}/a.js`)).headers.get("content-type")).toMatch(/javascript/);
    const outside = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/..%5csecret.txt",
      "/..\\secret.txt",
      "/a.js/../../secret.txt",
      "/../page-other/x.txt",
      "//../secret.txt",
      "/%252e%252e/secret.txt",
      `${root}/secret.txt`,
      "/a.js%00.txt",
      "/.%00./secret.txt",
    ];
    for (const path of outside) {
      const answer = await sendRaw(server.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect([path, answer.split("\r\n")[0]]).toEqual([path, expect.stringMatching(/ 40[0-9] /)]);
      expect(answer).not.toContain("the secret");
    }
    expect(server.errors).toEqual([]);
  });

  it("says how to build it where it is not built", async () => {
    const server = await start({ models: [{ name: "words", model }] });
    const answer = await fetch(`${server.url}/`);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await answer.text()).toContain("npm run build");
  });
});

/** What would run, were it markup. */
const DANGEROUS = /<script>alert|<img[^>]*onerror|<\/style>perhaps/i;

describe("what users wrote", () => {
  it.each(["text/html", "image/svg+xml", "text/markdown"])("is text in %s: texts, words and labels", async (accept) => {
    const server = await start({ models: [{ name: HOSTILE, model }] });
    for (const target of [0, 1]) {
      const body = { text: `${HOSTILE} and </style>more`, target, ...FAST };
      const answer = await post(`${server.url}/api/explain`, body, { headers: { Accept: accept } });
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toMatch(DANGEROUS);
    }
  });

  it("is data in JSON and in refusals, which no browser takes for a page", async () => {
    const server = await start({ models: [{ name: "words", model }] });
    const answers = await Promise.all([
      post(`${server.url}/api/explain`, { text: HOSTILE, ...FAST }),
      post(`${server.url}/api/explain`, { text: "a b", model: HOSTILE }),
      fetch(`${server.url}/${encodeURIComponent(HOSTILE)}`),
    ]);
    for (const { headers } of answers) {
      expect(headers.get("content-type")).toMatch(/^application\/json/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it("is text in pages that name files", async () => {
    const name = "<script>alert(1)<img src=x onerror=alert(1)>.jsonl";
    const place = await tempFolder({ [name]: `${JSON.stringify({ text: HOSTILE, id: HOSTILE })}\n` });
    const run = (...more: string[]) =>
      runCli([
        "explain",
        "--input",
        join(place, name),
        "--model",
        folder,
        "--steps",
        "1",
        "--tolerance",
        "100",
        ...more,
      ]);
    for (const format of ["html", "markdown"]) {
      const { code, stdout } = await run("--format", format);
      expect(code).toBe(0);
      expect(stdout).not.toMatch(DANGEROUS);
    }
    const evaluation = await runCli([
      ...["evaluate", "--dataset", join(place, name), "--model", folder, "--steps", "1", "--tolerance", "100"],
      ...["--methods", "ca-lig", "--metrics", "deletion", "--out", join(place, "report.html"), "--quiet"],
    ]);
    expect(evaluation.code).toBe(0);
    const { readFile } = await import("node:fs/promises");
    expect(await readFile(join(place, "report.html"), "utf8")).not.toMatch(DANGEROUS);
  });
});
