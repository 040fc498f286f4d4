/** @file Metrics against published tools on the built-in models: ferret and Quantus (tools/make_published_reference.py). */

import { readFileSync } from "node:fs";
import { createProbe } from "@calig/core/internal/attribution/probe";
import { openReplacement, replacementOf } from "@calig/core/internal/attribution/replacement";
import type { DatasetInput } from "@calig/core/internal/evaluation/dataset";
import { openPerturbable } from "@calig/core/internal/evaluation/measure-input";
import type { Metric, Subject } from "@calig/core/internal/evaluation/metric";
import { auprc } from "@calig/core/internal/evaluation/metrics/auprc";
import { complexity } from "@calig/core/internal/evaluation/metrics/complexity";
import { comprehensiveness } from "@calig/core/internal/evaluation/metrics/comprehensiveness";
import { deletionCurve } from "@calig/core/internal/evaluation/metrics/curve";
import { deletion } from "@calig/core/internal/evaluation/metrics/deletion";
import { energyInMask } from "@calig/core/internal/evaluation/metrics/energy-in-mask";
import { insertion } from "@calig/core/internal/evaluation/metrics/insertion";
import { leaveOneOut } from "@calig/core/internal/evaluation/metrics/leave-one-out";
import { logOdds } from "@calig/core/internal/evaluation/metrics/log-odds";
import { pointingGame } from "@calig/core/internal/evaluation/metrics/pointing-game";
import { sparseness } from "@calig/core/internal/evaluation/metrics/sparseness";
import { sufficiency } from "@calig/core/internal/evaluation/metrics/sufficiency";
import { tokenF1AtK } from "@calig/core/internal/evaluation/metrics/token-f1-at-k";
import { rgbImage } from "@calig/core/internal/input/image/rgb-image";
import { type LoadedModel, loadModel } from "@calig/node/internal/node/load-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subjectOf } from "../support/subject.ts";

interface Marked {
  readonly scores: readonly number[];
  readonly marks: readonly number[];
  readonly target: number;
}
type Figures = Readonly<Record<string, number>>;
interface Reference {
  readonly text: Marked & { readonly text: string; readonly ferret: Figures; readonly definitions: Figures };
  readonly picture: Marked & {
    readonly size: number;
    readonly bytes: readonly number[];
    readonly probability: number;
    readonly quantus: Figures & { readonly pixelFlipping: readonly number[] };
  };
}

const reference = JSON.parse(readFileSync(new URL("../golden/published.json", import.meta.url), "utf8")) as Reference;

/** The attribution that the tools were given, on the same model and input. */
async function subjectFor(
  model: LoadedModel,
  input: DatasetInput,
  replacement: string,
  { scores, marks, target }: Marked,
): Promise<Subject> {
  const { whole, features } = await openPerturbable(model, input, { features: "token" });
  const opened = await openReplacement(model, replacementOf(model, replacement), {
    whole,
    features,
    featureKind: "token",
    seed: 0,
    own: input,
  });
  const score = { kind: "probability", activation: model.activation, target } as const;
  return {
    ...subjectOf({ attribution: scores, rationale: marks, target, curveSteps: scores.length }),
    probe: createProbe(model, opened, score),
  };
}

async function measured(subject: Subject, metrics: Readonly<Record<string, Metric>>): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const [name, metric] of Object.entries(metrics)) {
    figures[name] = (await metric.measure(subject))?.[0] as number;
  }
  return figures;
}

function expectClose(ours: Figures, theirs: Figures): void {
  for (const [name, value] of Object.entries(ours)) {
    expect([value], name).toBeAllClose([theirs[name] as number], { rtol: 0, atol: 1e-6 });
  }
}

describe("a text of 100 tokens, built-in sst2", () => {
  const { text, ferret, definitions, ...marked } = reference.text;
  let model: LoadedModel;
  let subject: Subject;
  beforeAll(async () => {
    model = await loadModel("sst2");
    subject = await subjectFor(model, { text }, "mask", marked);
  });
  afterAll(() => model.dispose());

  it("has ferret's AOPC, AUPRC and token F1 to 1e-6", async () => {
    expectClose(await measured(subject, { comprehensiveness, sufficiency, auprc, f1At5: tokenF1AtK }), ferret);
  });

  it("has the areas, log-odds and rank correlation of their definitions in PyTorch to 1e-6", async () => {
    expectClose(await measured(subject, { deletion, insertion, logOdds, leaveOneOut }), definitions);
  });
});

describe("a picture, built-in cifar10", () => {
  const { size, bytes, probability, quantus, ...marked } = reference.picture;
  let model: LoadedModel;
  let subject: Subject;
  beforeAll(async () => {
    model = await loadModel("cifar10");
    const load = async () => ({ image: rgbImage(size, size, Uint8Array.from(bytes)) });
    subject = await subjectFor(model, { name: "boat", load }, "black", marked);
  });
  afterAll(() => model.dispose());

  it("has Quantus' pixel flipping, patch by patch, to 1e-6", async () => {
    const curve = await deletionCurve(subject);
    expect(curve).toBeAllClose([probability, ...quantus.pixelFlipping], { rtol: 0, atol: 1e-6 });
  });

  it("has Quantus' localisation and complexity to 1e-6", async () => {
    const metrics = { pointingGame, relevanceMassAccuracy: energyInMask, sparseness, complexity };
    expectClose(await measured(subject, metrics), quantus as Figures);
  });
});
