/** @file One table of options: an option that is declared is everywhere, and what is wrong is refused the same way everywhere. */

import { readFile } from "node:fs/promises";
import { listMethods } from "@calig/core/internal/attribution/method-list";
import { METHODS } from "@calig/core/internal/attribution/methods";
import { caLig } from "@calig/core/internal/attribution/methods/ca-lig";
import { GENERAL_OPTIONS, METHOD_OPTIONS } from "@calig/core/internal/attribution/options";
import { optionsOfMethods, resolveRun } from "@calig/core/internal/attribution/resolve-run";
import { NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { valuesOf } from "@calig/core/internal/options/form";
import { defineOption, type OptionDeclaration, type OptionTable } from "@calig/core/internal/options/option";
import { optionsKey } from "@calig/core/internal/options/resolve";
import { number } from "@calig/core/internal/options/types";
import {
  evaluate,
  explain,
  InvalidOptionError,
  type LoadedModel,
  loadModel,
  type StoredMeasurement,
} from "@calig/node";
import { COMMANDS } from "@calig/node/internal/cli/commands";
import { optionDocs } from "@calig/node/internal/cli/option-docs";
import { parseArguments } from "@calig/node/internal/cli/parser";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import { componentSchemas, RUN_COMPONENTS } from "@calig/node/internal/server/schemas";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { refusalOf, useServers } from "./server/support.ts";
import { runCli } from "./support/run-cli.ts";
import { useTempFolders } from "./support/temp-folder.ts";
import { tinyBertFiles } from "./support/tiny-bert.ts";

const tempFolder = useTempFolders();
const serve = useServers();
const TEXT = "a fine film about nothing";

let folder: string;
let model: LoadedModel;
beforeAll(async () => {
  folder = await tempFolder(tinyBertFiles());
  model = await loadModel(folder);
});
afterAll(() => model.dispose());

/** The one declaration of the option that this file adds. */
const sharpness = defineOption<number>({
  type: number({ min: 0, max: 10 }),
  group: "Method",
  summary: "how sharp edges are",
  default: 2,
});

/** A copy of the table, and the method that takes the option: its use. */
const TABLE = { ...METHOD_OPTIONS, sharpness };
const sharp = { ...caLig, name: "sharp", options: TABLE };
const COPY = [...METHODS, sharp];

describe("an option that is declared once, in a copy of the table", () => {
  const settings = {
    commands: COMMANDS,
    columns: 200,
    colors: false,
    extensions: { ...NO_EXTENSIONS, method: [sharp] },
  };

  it.each(["explain", "evaluate", "compare", "tune", "baselines"])("is in the help of calig %s", (command) => {
    const parsed = parseArguments([command, "--help"], settings);
    expect(parsed.kind === "help" && parsed.text).toMatch(/--sharpness <X> +how sharp edges are \(default: 2\)/);
    expect(parseArguments([command, "--sharpness", "2.5"], settings)).toMatchObject({
      kind: "run",
      methodOptions: { sharpness: 2.5 },
    });
    expect(() => parseArguments([command, "--sharpness", "11"], settings)).toThrow(
      'Cannot use --sharpness "11": give a number from 0 to 10',
    );
  });

  it("is in the JSON Schemas of requests, which are those of the OpenAPI description", async () => {
    const schemas = componentSchemas(DEFAULT_LIMITS, COPY);
    const schema = {
      type: "number",
      minimum: 0,
      maximum: 10,
      description: "How sharp edges are",
      default: 2,
      "x-methods": ["sharp"],
    };
    expect(schemas.ExplainRequest?.properties?.sharpness).toEqual(schema);
    expect(schemas.EvaluateRequest?.properties?.sharpness).toEqual(schema);
    const server = await serve({ models: [{ name: "m", model }] });
    const described = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      readonly components: { readonly schemas: unknown };
    };
    const served = Object.entries(componentSchemas(DEFAULT_LIMITS)).filter(([name]) => !RUN_COMPONENTS.includes(name));
    expect(described.components.schemas).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(served))));
  });

  it("is in what the form of the page is made from", () => {
    const { methods, options } = listMethods(COPY);
    expect(options.find(({ name }) => name === "sharpness")).toMatchObject({
      summary: "how sharp edges are",
      otherwise: "2",
    });
    expect(methods.filter((method) => method.options.includes("sharpness")).map(({ name }) => name)).toEqual(["sharp"]);
    expect(valuesOf(options, { sharpness: "2.5", fusion: "gate", lambda: "1" })).toEqual({
      sharpness: 2.5,
      fusion: "gate",
    });
  });

  it("is in the table of the docs", () => {
    expect(optionDocs(COPY)).toContain("| `sharpness` | how sharp edges are | a number from 0 to 10 | 2 | `sharp` |");
    expect(optionDocs()).not.toContain("sharpness");
  });

  it("is in results, and in the keys of what is kept", async () => {
    const run = (options: object) => resolveRun(model, { method: sharp, ...options });
    const key = (options: object) => optionsKey(run(options).table, run(options).options);
    expect(new Set([key({}), key({ sharpness: 3 }), key({ sharpness: 4 })]).size).toBe(3);
    expect(key({ sharpness: 2 })).toBe(key({}));
    const options = { method: sharp, steps: 1, tolerance: 1e9, sharpness: 3 };
    expect((await explain(model, TEXT, options)).method.options).toMatchObject({ sharpness: 3 });
  });

  it("keeps measurements apart", async () => {
    const kept = new Set<string>();
    const store = {
      get: (): StoredMeasurement | undefined => undefined,
      put: async (key: string) => void kept.add(key),
    };
    const named = (name: string, more: object) => ({
      name,
      options: { method: sharp, steps: 1, tolerance: 1e9, ...more },
    });
    const dataset = { name: "one", items: [{ line: 1, input: { text: TEXT } }], problems: [] };
    const namedMethods = [named("usual", {}), named("given", { sharpness: 2 }), named("other", { sharpness: 3 })];
    await evaluate(model, dataset, { namedMethods, metrics: ["completeness-error"], store });
    expect(kept.size).toBe(2);
    const { tuned, ...plain } = model;
    const layerWeights = "last" as const;
    const chosenBy = { metric: "deletion", dataset: "dev", choosing: 4, confirming: 4 };
    const other = { ...plain, tuned: { fusion: "gate" as const, lambda: 0.5, layerWeights, chosenBy } };
    expect(tuned).toBeUndefined();
    await evaluate(other, dataset, { namedMethods: [named("usual", {})], metrics: ["completeness-error"], store });
    expect(kept.size).toBe(3);
  });
});

describe("what is wrong is refused in TypeScript, on the command line and over HTTP", () => {
  const ASKED: readonly (readonly [
    kind: string,
    options: object,
    argv: readonly string[],
    message: RegExp,
    http: RegExp,
  ])[] = [
    [
      "a misspelt name",
      { tolerence: 0.5 },
      ["--tolerence", "0.5"],
      /^Unknown option "(?:--)?tolerence": did you mean "(?:--)?tolerance"\?/,
      /unknown field "tolerence": did you mean "tolerance"\?/,
    ],
    [
      "a value of another type",
      { fusion: "additive", lambda: "much" },
      ["--fusion", "additive", "--lambda", "much"],
      /^Cannot use (?:--)?lambda "much": give a number from 0 to 1$/,
      /^body\.lambda must be a number, it is "much"$/,
    ],
    [
      "a value out of bounds",
      { fusion: "additive", lambda: 2 },
      ["--fusion", "additive", "--lambda", "2"],
      /^Cannot use (?:--)?lambda "?2"?: give a number from 0 to 1$/,
      /^body\.lambda must be at most 1, it is 2$/,
    ],
    [
      "a word that is none, near one that is",
      { fusion: "gte" },
      ["--fusion", "gte"],
      /^Cannot use (?:--)?fusion "gte": did you mean "gate"\? Otherwise use one of "transport", "additive", "gate"$/,
      /^body\.fusion must be one of "transport", "additive", "gate", it is "gte"$/,
    ],
    [
      "an option without effect for the method",
      { method: "saliency", steps: 8 },
      ["--method", "saliency", "--steps", "8"],
      /^Cannot use (?:--)?steps with method "saliency": it has no effect there; leave it out, or use one of the methods "ca-lig"/,
      /^Cannot use steps with method "saliency": it has no effect there/,
    ],
    [
      "an option without effect beside others",
      { lambda: 0.3 },
      ["--lambda", "0.3"],
      /^Cannot use (?:--)?lambda 0\.3 with (?:--)?fusion "transport": it has no effect there; leave it out, or give (?:--)?fusion "additive"$/,
      /^Cannot use lambda 0\.3 with fusion "transport": it has no effect there/,
    ],
  ];

  test.each(ASKED)("%s", async (_, options, argv, message, http) => {
    const refused = await explain(model, TEXT, options).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(InvalidOptionError);
    expect((refused as Error).message).toMatch(message);
    const { code, stdout, stderr } = await runCli(["explain", TEXT, "--model", folder, ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(
      stderr
        .replace(/^Error: /, "")
        .trimEnd()
        .replace(/ Run "calig.*/, ""),
    ).toMatch(message);
    const server = await serve({ models: [{ name: "m", model }] });
    const body = JSON.stringify({ text: TEXT, ...options });
    const headers = { "Content-Type": "application/json" };
    const refusal = await refusalOf(await fetch(`${server.url}/api/explain`, { method: "POST", headers, body }));
    expect(refusal).toMatchObject({ status: 422, code: expect.stringMatching(/^invalid-(request|option)$/) });
    expect(refusal.message).toMatch(http);
  });

  test("of several methods, what none of them takes", async () => {
    const argv = ["evaluate", "--dataset", "none.tsv", "--methods", "saliency,occlusion", "--steps", "3"];
    expect(await runCli(argv)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'Cannot use --steps with the methods "saliency", "occlusion": it has no effect there',
      ),
    });
    const server = await serve({ models: [{ name: "m", model }] });
    const body = JSON.stringify({ rows: [{ text: TEXT }], methods: ["saliency"], metrics: ["deletion"], steps: 3 });
    const headers = { "Content-Type": "application/json" };
    const refusal = await refusalOf(await fetch(`${server.url}/api/evaluate`, { method: "POST", headers, body }));
    expect(refusal).toMatchObject({ status: 422, code: "invalid-option" });
  });

  test("options of measuring", async () => {
    const dataset = { name: "one", items: [{ line: 1, input: { text: TEXT } }], problems: [] };
    const refused = (options: object) => expect(evaluate(model, dataset, { methods: ["random"], ...options })).rejects;
    await refused({ curveStps: 3 }).toThrow('Unknown option "curveStps": did you mean "curveSteps"?');
    await refused({ substrate: "pad" }).toThrow('Unknown option "substrate": did you mean "replacement"?');
    await refused({ curveSteps: "3" }).toThrow('Cannot use curveSteps "3": give a whole number of at least 1');
    await refused({ curveSteps: 3, metrics: ["comprehensiveness"] }).toThrow(
      'Cannot use curveSteps with metric "comprehensiveness": it has no effect there; leave it out, or use one of the metrics',
    );
    await refused({ draws: 2, replacement: "pad" }).toThrow('Cannot use draws with replacement "pad"');
    await refused({ features: "letter" }).toThrow('Cannot use features "letter": use one of "word", "token"');
  });
});

test("options that were for explain alone are taken by evaluate, compare and tune", () => {
  for (const command of ["evaluate", "compare", "tune"]) {
    const argv = [command, "--layers", "0,1", "--time-budget", "5", "--heads"];
    const parsed = parseArguments(argv, { commands: COMMANDS, columns: 80, colors: false, extensions: NO_EXTENSIONS });
    expect(parsed).toMatchObject({ methodOptions: { layers: [0, 1], timeBudget: 5, heads: true } });
  }
});

test("docs/options.md is fresh: run npm run docs:options", async () => {
  expect(await readFile(new URL("../docs/options.md", import.meta.url), "utf8")).toBe(optionDocs());
});

test("every declaration says what it is for, in one line, and its default is a value of its type", () => {
  const table: OptionTable = { ...GENERAL_OPTIONS, ...optionsOfMethods(METHODS) };
  for (const [name, declaration] of Object.entries(table) as [string, OptionDeclaration][]) {
    expect(declaration.summary, name).toMatch(/^[a-z][^\n]*[^.\n]$/);
    const { default: usual, needs } = declaration;
    if (usual !== undefined) {
      const value = typeof usual === "function" ? (usual as (given: object) => unknown)({}) : usual;
      expect(
        () => resolveRun(model, { [name]: value, ...(needs === undefined ? {} : { [needs.option]: needs.values[0] }) }),
        name,
      ).not.toThrow();
    }
    if (needs !== undefined) expect(Object.keys(table), name).toContain(needs.option);
  }
});
