/**
 * @file How long `calig verify` takes beside one explanation: the built-in models, and a BERT of base size with random
 * weights. Numbers are for docs/verify.md.
 *
 * Usage: tsx -C calig-source bench/verify.ts
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { explain, loadModel, verify } from "@calig/node";
import { writeRandomBert } from "./random-bert.ts";

const TEXT = "The first part was slow and far too long, but the end of it made up for everything else.";
const picture = { width: 96, height: 96, data: Uint8Array.from({ length: 96 * 96 * 3 }, (_, i) => (i * 7) % 256) };
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

async function measure(name: string, source: string): Promise<void> {
  await using model = await loadModel(source);
  const input = streamOf(model.anatomy).kind === "text" ? { text: TEXT } : { image: picture };
  const fresh = await loadModel(source);
  const verification = await verify(fresh);
  await fresh.dispose();
  await explain(model, input);
  const { cost } = await explain(model, input);
  const ratio = (verification.milliseconds / cost.milliseconds).toFixed(0);
  const parts = verification.checks.map((check) => `${check.name} ${seconds(check.milliseconds)}`).join(", ");
  console.log(
    `${name}: ${verification.passed ? "pass" : "FAIL"}, ${seconds(verification.milliseconds)}, one explanation ${seconds(cost.milliseconds)}, ratio ${ratio}; ${parts}`,
  );
  if (!verification.passed) console.log(verification.checks.filter(({ status }) => status === "fail"));
}

await measure("sst2", "sst2");
await measure("cifar10", "cifar10");
const folder = await mkdtemp(join(tmpdir(), "calig-verify-"));
try {
  await writeRandomBert(folder, { blocks: 12, width: 768 });
  await measure("BERT of base size, random weights", folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
