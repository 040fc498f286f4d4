/** @file The HTTP API: every endpoint, what it refuses, and its description. */

import { explain } from "@calig/core/internal/attribution/explain";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { METHODS } from "@calig/core/internal/attribution/methods";
import type { MethodList } from "@calig/core/internal/options/form";
import { renderJson } from "@calig/core/internal/render/json";
import { RENDERERS } from "@calig/core/internal/render/registry";
import type { Verification } from "@calig/core/internal/verification/verification";
import type { EvaluationJob } from "@calig/node/internal/server/evaluation-jobs";
import { problemsOf } from "@calig/node/internal/server/json-schema";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import { PROMPT_QUESTIONS, PROMPT_SOURCES } from "@calig/node/internal/server/prompt-fields";
import { QUESTION_FIELDS } from "@calig/node/internal/server/question-fields";
import { componentSchemas } from "@calig/node/internal/server/schemas";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";
import { eventsOf, post, refusalOf, type TestServer, useModels, useServers } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();

/** A picture of one black pixel (PPM). */
const PIXEL = Buffer.from("P6\n1 1\n255\n\0\0\0").toString("base64");
const TEXT = "a fine film about nothing at all";
const FAST = { steps: 2, tolerance: 100 };
const SCHEMAS = componentSchemas(DEFAULT_LIMITS);

let text: ExplainableModel;
let server: TestServer;
beforeAll(async () => {
  text = await load(await tempFolder(tinyBertFiles()));
  const image = await load(await tempFolder(tinyVitFiles()));
  server = await start({
    models: [
      { name: "words", model: text },
      { name: "pictures", model: image },
    ],
    limits: { evaluationRows: 3, evaluationsKept: 2 },
  });
});

const syntheticPng = (width: number, height: number): Promise<Buffer> =>
  sharp(syntheticPicture(width, height).data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

/** What of an answer breaks its schema. */
const broken = (value: unknown, component: string) =>
  problemsOf(value, { $ref: `#/components/schemas/${component}` }, SCHEMAS, "answer");

const lasting = ({ cost: _cost, ...rest }: Explanation) => rest;

describe("POST /api/verify", () => {
  it("answers what every check of a model found, as described", async () => {
    const answer = await post(`${server.url}/api/verify`, { model: "words", texts: [TEXT], seed: 2 });
    const verification = (await answer.json()) as Verification;
    expect(verification).toMatchObject({ passed: true, seed: 2, inputs: { own: 1 } });
    expect(verification.checks).toHaveLength(10);
    expect(broken(verification, "Verification")).toEqual([]);
    const pictures = (await (await post(`${server.url}/api/verify`, { model: "pictures" })).json()) as Verification;
    expect(pictures.checks.filter(({ status }) => status === "not-applicable")).toHaveLength(3);
  });

  it("refuses unknown models, and texts for models of pictures", async () => {
    expect((await post(`${server.url}/api/verify`, { model: "none" })).status).toBe(404);
    expect((await post(`${server.url}/api/verify`, { model: "pictures", texts: [TEXT] })).status).toBe(422);
    expect((await post(`${server.url}/api/verify`, { path: "/etc/passwd" })).status).toBe(422);
  });
});

describe("GET /api/health and /api/models", () => {
  it("answer as described", async () => {
    const health = await (await fetch(`${server.url}/api/health`)).json();
    expect(health).toEqual({ status: "ok", version: "1.2.3", working: 0, waiting: 0 });
    expect(broken(health, "Health")).toEqual([]);
    const { models } = (await (await fetch(`${server.url}/api/models`)).json()) as { models: object[] };
    expect(models).toMatchObject([
      { name: "words", kind: "text", default: true, labels: ["no", "perhaps", "yes"] },
      { name: "pictures", kind: "image", default: true, labels: ["circle", "square", "star"] },
    ]);
    expect(broken({ models }, "Models")).toEqual([]);
  });
});

describe("POST /api/explain", () => {
  const ask = (body: object, accept?: string) =>
    post(`${server.url}/api/explain`, body, accept === undefined ? {} : { headers: { Accept: accept } });

  it("gives what the library gives, in the same JSON", async () => {
    const options = { ...FAST, target: "yes", against: 0, layerWeights: [1, 2], score: "probability" } as const;
    const answer = await ask({ text: TEXT, ...options });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    const body = await answer.text();
    const explanation = JSON.parse(body) as Explanation;
    expect(broken(explanation, "Explanation")).toEqual([]);
    expect(body).toBe(renderJson(explanation));
    const own = await explain(text, TEXT, options);
    expect(lasting(explanation)).toEqual(JSON.parse(JSON.stringify(lasting(own))));
  });

  it.each([
    { quadrature: "stochastic", steps: 4 },
    { baseline: ["mask", "pad"], steps: 2 },
    { baseline: ["mask", { text: "the dull story" }], steps: 2 },
    { method: "saliency" },
    { method: "attention-rollout" },
    { method: "occlusion" },
    { timeBudget: 1e-6 },
  ])("answers as described with %j", async (options) => {
    const answer = await ask({ text: TEXT, ...options });
    expect([answer.status, broken(await answer.json(), "Explanation")]).toEqual([200, []]);
  });

  it("explains pictures, given in Base64 or as a data URI", async () => {
    const png = await syntheticPng(24, 20);
    const [plain, uri] = await Promise.all(
      [png.toString("base64"), `data:image/png;base64,${png.toString("base64")}`].map(async (image) => {
        const answer = await ask({ image, ...FAST });
        expect(answer.status).toBe(200);
        return (await answer.json()) as Explanation;
      }),
    );
    expect(plain?.input).toMatchObject({ kind: "image", width: 24, height: 20, grid: [4, 4] });
    expect(broken(plain, "Explanation")).toEqual([]);
    expect(lasting(uri as Explanation)).toEqual(lasting(plain as Explanation));
  });

  it("reads pictures as the client asks, and says so in the explanation", async () => {
    const uri = (png: Buffer) => `data:image/png;base64,${png.toString("base64")}`;
    const logo = await sharp({
      create: { width: 24, height: 20, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const scan = await sharp(new Uint16Array(24 * 20).fill(128 * 256), { raw: { width: 24, height: 20, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    const plain = async (level: number) => {
      const background = { r: level, g: level, b: level };
      return sharp({ create: { width: 24, height: 20, channels: 3, background } })
        .png()
        .toBuffer();
    };
    const explained = async (body: object) => {
      const answer = await ask({ ...FAST, baseline: "blur", ...body });
      expect(answer.status).toBe(200);
      const explanation = (await answer.json()) as Explanation;
      expect(broken(explanation, "Explanation")).toEqual([]);
      const { input, predictions, warnings } = explanation;
      return { input, logits: predictions.map(({ logit }) => logit), codes: warnings.map(({ code }) => code) };
    };
    const [black, grey, white] = await Promise.all(
      [0, 128, 255].map(async (level) => explained({ image: uri(await plain(level)) })),
    );
    const ignored = await explained({ image: uri(logo), background: "ignore", deepGrey: "clip" });
    expect(ignored.logits).toEqual(black?.logits);
    expect(ignored.codes).toContain("transparency-ignored");
    expect(Object.keys(ignored.input)).not.toContain("background");
    const laid = await explained({ image: uri(logo), background: "#808080" });
    expect(laid.logits).toEqual(grey?.logits);
    expect(laid.codes).not.toContain("transparency-ignored");
    expect(laid.input).toMatchObject({ background: "#808080" });
    expect((await explained({ image: uri(scan) })).logits).toEqual(white?.logits);
    const scaled = await explained({ image: uri(scan), deepGrey: "scale" });
    expect(scaled.logits).toEqual(grey?.logits);
    expect(scaled.input).toMatchObject({ deepGrey: "scale" });
    // Baselines that are pictures are read in the same way.
    const own = { image: uri(logo) };
    const baseline = async (sent: object) =>
      ((await (await ask({ image: uri(logo), ...FAST, background: "white", ...sent })).json()) as Explanation)
        .attribution;
    expect(await baseline({ baseline: own })).toEqual(await baseline({ baseline: "white" }));
  });

  it("takes baselines of the client's own", async () => {
    const own = await ask({
      text: TEXT,
      ...FAST,
      baseline: { text: "[MASK] [MASK] [MASK] [MASK] [MASK] [MASK] [MASK]" },
    });
    const mask = await ask({ text: TEXT, ...FAST, baseline: "mask" });
    const attributionOf = async (answer: Response) => ((await answer.json()) as Explanation).attribution;
    expect(await attributionOf(own)).toEqual(await attributionOf(mask));
    const image = (await syntheticPng(24, 20)).toString("base64");
    const black = await sharp({ create: { width: 9, height: 5, channels: 3, background: "black" } })
      .png()
      .toBuffer();
    const baseline = ["white", { image: `data:image/png;base64,${black.toString("base64")}` }];
    const picture = await ask({ image, ...FAST, baseline });
    const named = await ask({ image, ...FAST, baseline: ["white", "black"] });
    const explanation = (await picture.json()) as Explanation;
    expect(broken(explanation, "Explanation")).toEqual([]);
    expect(explanation.method.options.baseline).toMatchObject(["white", { image: "9x5" }]);
    expect(explanation.attribution).toEqual(await attributionOf(named));
  });

  it("renders what the client accepts", async () => {
    for (const { mediaType, name } of RENDERERS) {
      const answer = await ask({ text: TEXT, ...FAST }, mediaType.split(";")[0]);
      expect([name, answer.headers.get("content-type")]).toEqual([name, mediaType]);
      expect(await answer.text()).toContain(name === "svg" ? "<svg" : "film");
    }
    const page = await ask({ image: (await syntheticPng(24, 20)).toString("base64"), ...FAST }, "text/html");
    expect(await page.text()).toContain("data:image/jpeg;base64,");
  });

  it("tells how far it is, then the result, as events", async () => {
    const events = [];
    const answer = await ask({ text: TEXT, ...FAST }, "text/event-stream");
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    for await (const event of eventsOf(answer)) events.push(event);
    const names = events.map(({ event }) => event);
    expect([names[0], names.at(-1)]).toEqual(["queued", "result"]);
    expect(events[0]?.data).toEqual({ waiting: 0 });
    const progress = events
      .filter(({ event }) => event === "progress")
      .map(({ data }) => (data as { done: number }).done);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect([progress[0], progress.at(-1)]).toEqual([0, 1]);
    expect(broken(events.at(-1)?.data, "Explanation")).toEqual([]);
    // What goes wrong after the answer has begun is an event as well.
    const wrong = [];
    for await (const event of eventsOf(await ask({ text: TEXT, target: "maybe" }, "text/event-stream")))
      wrong.push(event);
    expect(wrong.at(-1)).toMatchObject({ event: "error", data: { error: { code: "invalid-option" } } });
  });

  it.each([
    [{}, 422, "invalid-request", "a text or a prompt or a chat or an image"],
    [{ text: TEXT, image: "AAAA" }, 422, "invalid-request", "give one of them"],
    [{ image: "AAAA", pair: "b" }, 422, "invalid-request", "pair"],
    [
      { text: 7, steps: 0, path: "/etc" },
      422,
      "invalid-request",
      /body\.text must be a text.*steps.*unknown field "path"/,
    ],
    [{ text: TEXT, model: "../../etc" }, 404, "unknown-model", '"words", "pictures"'],
    [{ text: TEXT, model: "pictures" }, 422, "wrong-kind", "reads images"],
    [{ text: TEXT, target: "maybe" }, 422, "invalid-option", '"perhaps"'],
    [{ text: TEXT, baseline: "magic" }, 422, "invalid-request", 'body.baseline must be one of "mask"'],
    [{ text: TEXT, baseline: { text: "" } }, 422, "invalid-request", "body.baseline.text must have at least 1 char"],
    [{ text: TEXT, baseline: { text: " " } }, 422, "invalid-option", "none of it becomes a token"],
    [{ text: TEXT, baseline: { text: "a", pair: "b" } }, 422, "invalid-option", "the input has 1 text"],
    [{ text: TEXT, baseline: { hiddenState: [[1, 2]] } }, 422, "invalid-request", "body.baseline"],
    [
      { image: PIXEL, baseline: [{ image: "<svg/>" }] },
      422,
      "invalid-request",
      "body.baseline[0].image must be Base64",
    ],
    [{ image: PIXEL, baseline: { image: "AAAA" } }, 422, "invalid-input", '"baseline.image"'],
    [{ text: TEXT, baseline: { image: PIXEL } }, 422, "invalid-option", "an image as the baseline of a text"],
    [{ text: TEXT, memory: 1e12 }, 422, "invalid-request", '"memory"'],
    [{ text: TEXT, steps: 1e9 }, 422, "invalid-request", "at most 10000"],
    [{ text: TEXT, tolerence: 0.5 }, 422, "invalid-request", 'unknown field "tolerence": did you mean "tolerance"?'],
    [{ text: TEXT, lambda: "0.3" }, 422, "invalid-request", 'body.lambda must be a number, it is "0.3"'],
    [{ text: TEXT, lambda: 0.3 }, 422, "invalid-option", 'Cannot use lambda 0.3 with fusion "transport"'],
    [{ text: TEXT, method: "saliency", steps: 5 }, 422, "invalid-option", 'Cannot use steps with method "saliency"'],
    [{ text: " ", ...FAST }, 422, "invalid-input", "Cannot"],
    [{ text: "x".repeat(100_001) }, 422, "invalid-request", "at most 100000 characters"],
    [{ image: "<svg/>" }, 422, "invalid-request", "Base64"],
    [{ image: "AAAA", background: "plaid" }, 422, "invalid-option", '"ignore", "white", "black", "#rrggbb"'],
    [{ image: "AAAA", background: 255 }, 422, "invalid-request", "body.background must be a text"],
    [{ image: "AAAA", deepGrey: "stretch" }, 422, "invalid-request", 'body.deepGrey must be one of "clip", "scale"'],
    [{ text: TEXT, background: "white", deepGrey: "clip" }, 422, "invalid-request", /background goes.*deepGrey goes/],
    [{ image: Buffer.from("<svg/>").toString("base64") }, 422, "invalid-input", "it holds text"],
  ])("refuses %j with %i %s", async (body, status, code, message) => {
    const refusal = await refusalOf(await ask(body));
    expect(refusal).toMatchObject({ status, code });
    expect(refusal.message).toMatch(message);
  });

  it.each([
    ["[1]", 400, "no-object"],
    ["{", 400, "malformed-json"],
    ["", 400, "malformed-json"],
    ["[".repeat(100_000), 400, "malformed-json"],
    [`{"text":"a","__proto__":{"steps":1}}`, 422, "invalid-request"],
  ])("refuses the body %.20s with %i %s", async (body, status, code) => {
    expect(await refusalOf(await post(`${server.url}/api/explain`, body))).toMatchObject({ status, code });
  });

  it("takes no forms: pages of other sites can send those", async () => {
    const answer = await post(
      `${server.url}/api/explain`,
      { text: TEXT },
      { headers: { "Content-Type": "text/plain" } },
    );
    expect(await refusalOf(answer)).toMatchObject({ status: 415, code: "not-json" });
  });
});

describe("/api/evaluate", () => {
  const rows = [
    { text: TEXT, label: "yes", id: 7 },
    { text: "dull, dull and long", label: 0 },
  ];
  const body = { rows, methods: ["ca-lig"], metrics: ["deletion"], ...FAST };
  const url = () => `${server.url}/api/evaluate`;
  const ended = async (place: string) => {
    for (;;) {
      const job = (await (await fetch(`${server.url}${place}`)).json()) as EvaluationJob;
      if (job.status !== "queued" && job.status !== "running") return job;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it("measures rows as a job", async () => {
    const answer = await post(url(), { ...body, name: "mine" });
    expect(answer.status).toBe(202);
    const begun = (await answer.json()) as EvaluationJob;
    const job = await ended(answer.headers.get("location") ?? "");
    expect(job).toMatchObject({ id: begun.id, status: "done", progress: { done: 1 } });
    expect([broken(begun, "EvaluationJob"), broken(job, "EvaluationJob")]).toEqual([[], []]);
    expect(job.result?.dataset).toMatchObject({ name: "mine", size: 2, measured: 2 });
    expect(job.result?.methods.map(({ name }) => name)).toEqual(["ca-lig", "random"]);
    expect(job.result?.inputs[0]?.id).toBe("7");
  });

  it("cancels a job, and forgets it when asked again", async () => {
    // A cheap job before it, so that the second is still waiting.
    const [first, second] = await Promise.all([post(url(), { rows, ...FAST }), post(url(), body)]);
    const place = `${server.url}${second.headers.get("location")}`;
    const left = await fetch(place, { method: "DELETE" });
    expect(await left.json()).toMatchObject({ status: "cancelled", error: { code: "cancelled" } });
    expect(await (await fetch(place)).json()).toMatchObject({ status: "cancelled" });
    expect((await fetch(place, { method: "DELETE" })).status).toBe(200);
    expect((await fetch(place)).status).toBe(404);
    await fetch(`${server.url}${first.headers.get("location")}`, { method: "DELETE" });
    await ended(first.headers.get("location") ?? "");
  });

  it("keeps so many results and no more", async () => {
    const places = [];
    for (let i = 0; i < 3; i++) {
      const place = (await post(url(), body)).headers.get("location") ?? "";
      places.push(place);
      await ended(place);
    }
    const statuses = await Promise.all(places.map(async (place) => (await fetch(`${server.url}${place}`)).status));
    expect(statuses).toEqual([404, 200, 200]);
  });

  it.each([
    [{ rows: [] }, "at least 1 items"],
    [{ rows: [...rows, ...rows] }, "at most 3 items"],
    [{ rows: [{ text: "a b", rationale: [1] }] }, "row 1: the rationale has 1 marks"],
    [{ rows, baseline: { image: "AAAA" } }, 'body.baseline must have the field "text"'],
    [{ rows, methods: ["magic"] }, /methods\[0\] must be one of "ca-lig"/],
    [{ rows, metrics: ["cost"], file: "/etc/passwd" }, "unknown field"],
  ])("refuses %j", async (wrong, message) => {
    const refusal = await refusalOf(await post(url(), wrong));
    expect(refusal).toMatchObject({ status: 422, code: "invalid-request" });
    expect(refusal.message).toMatch(message);
  });

  it("says what failed, and knows no other ids", async () => {
    const place = (await post(url(), { ...body, metrics: ["token-f1"] })).headers.get("location") ?? "";
    expect(await ended(place)).toMatchObject({ status: "failed", error: { code: "invalid-option" } });
    expect((await fetch(`${url()}/nobody`)).status).toBe(404);
    expect((await fetch(`${url()}/..%2f..%2fmodels`)).status).toBe(404);
  });
});

describe("GET /api/methods", () => {
  it("lists the methods with the options that each takes, as forms show them", async () => {
    const list = (await (await fetch(`${server.url}/api/methods`)).json()) as MethodList;
    expect(broken(list, "Methods")).toEqual([]);
    expect(list.methods.map(({ name }) => name)).toEqual(METHODS.map(({ name }) => name));
    const known = list.options.map(({ name }) => name);
    for (const { name, options } of list.methods) expect(known, name).toEqual(expect.arrayContaining([...options]));
    expect(list.methods.find(({ name }) => name === "saliency")?.options).not.toContain("steps");
    expect(list.options.find(({ name }) => name === "lambda")).toEqual({
      name: "lambda",
      group: "Method",
      summary: "share of the block relevance in additive fusion",
      control: { kind: "number", whole: false, words: [], placeholder: "X", min: 0, max: 1 },
      otherwise: "as the model was tuned, else 0.5",
      needs: { option: "fusion", values: ["additive"] },
    });
    expect(known).not.toContain("memory");
  });
});

describe("GET /api/openapi.json", () => {
  interface Description {
    readonly openapi: string;
    readonly paths: Record<string, Record<string, { readonly operationId: string; readonly responses: object }>>;
    readonly components: { readonly schemas: Record<string, unknown> };
  }
  const describeServer = async () => (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Description;

  it("describes every route, and every status that routes answer with", async () => {
    const { openapi, paths } = await describeServer();
    expect(openapi).toBe("3.1.0");
    const described = Object.entries(paths).flatMap(([path, own]) =>
      Object.keys(own).map((method) => `${method} ${path}`),
    );
    expect(described).toEqual(server.app.routes.map(({ method, path }) => `${method} ${path}`));
    expect(described).toEqual([
      "get /api/health",
      "get /api/models",
      "get /api/methods",
      "post /api/explain",
      "post /api/verify",
      "post /api/evaluate",
      "get /api/evaluate/{id}",
      "delete /api/evaluate/{id}",
      "get /api/openapi.json",
    ]);
    const ids = Object.values(paths).flatMap((own) => Object.values(own).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
    const explainRefusals = Object.keys(paths["/api/explain"]?.post?.responses ?? {});
    expect(explainRefusals).toEqual([
      "200",
      "400",
      "403",
      "404",
      "408",
      "413",
      "415",
      "422",
      "429",
      "500",
      "503",
      "504",
    ]);
  });

  it("refers only to what it has, and uses all that it has", async () => {
    const document = await describeServer();
    const used = new Set(
      [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
    );
    expect([...used].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it("names the options of the library, all but those that are the server's", async () => {
    const { components } = await describeServer();
    const { properties } = components.schemas.ExplainRequest as { properties: object };
    const { explainOptionNames } = await import("@calig/node/internal/server/schemas");
    expect(Object.keys(properties).sort()).toEqual(
      [
        ...explainOptionNames(),
        ...["background", "deepGrey", "text", "pair", "image", "model"],
        ...[...PROMPT_SOURCES, ...PROMPT_QUESTIONS, ...QUESTION_FIELDS],
      ].sort(),
    );
    expect(explainOptionNames()).not.toContain("memory");
  });
});
