/** @file Questions about pictures over HTTP: labels and texts that a picture is compared with. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { beforeAll, expect, it } from "vitest";
import { post, refusalOf, type TestServer, useModels, useServers } from "./support.ts";

const REFERENCE = JSON.parse(readFileSync(new URL("../golden/towers.json", import.meta.url), "utf8"));
const [width, height] = REFERENCE.size as [number, number];
const image = Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), Uint8Array.from(REFERENCE.pixels)]).toString(
  "base64",
);
const { labels, text, models } = REFERENCE;
const load = useModels();
const start = useServers();
const FAST = { method: "gradient-x-input" } as const;

let server: TestServer;
beforeAll(async () => {
  const clip: ExplainableModel = await load(fileURLToPath(new URL("../fixtures/towers/clip", import.meta.url)));
  server = await start({ models: [{ name: "clip", model: clip }] });
});

const ask = (body: object) => post(`${server.url}/api/explain`, { ...FAST, image, ...body });

it("labels and texts are asked of a picture, of either side", async () => {
  const chosen = (await (await ask({ labels, target: "a cat", against: "an owl" })).json()) as Explanation;
  expect(chosen).toMatchObject({ layout: "grid", target: { label: "a cat", against: { label: "an owl" } } });
  expect(chosen.target.score).toBeCloseTo(models.clip.logits[0] - models.clip.logits[2], 4);
  const one = (await (await ask({ with: text })).json()) as Explanation;
  expect(one.target.score).toBeCloseTo(models.clip.logit, 4);
  const words = (await (await ask({ with: text, side: "text" })).json()) as Explanation;
  expect(words).toMatchObject({ layout: "text", input: { text } });
  const page = await post(
    `${server.url}/api/explain`,
    { ...FAST, image, with: text, side: "text" },
    { headers: { Accept: "text/html" } },
  );
  expect(await page.text()).toContain("similarity with the picture");
});

it("says what is wrong with what is asked, and has fields for it", async () => {
  expect(await refusalOf(await ask({}))).toMatchObject({ message: expect.stringMatching(/found a picture alone/) });
  expect((await ask({ query: "a cat" })).status).toBe(422);
  const listed = (await (await fetch(`${server.url}/api/models`)).json()) as {
    readonly models: readonly { readonly input: { readonly questions?: readonly { readonly name: string }[] } }[];
  };
  const names = listed.models[0]?.input.questions?.map(({ name }) => name);
  expect(names).toEqual(["labels", "with", "hypothesis", "target", "against"]);
});
