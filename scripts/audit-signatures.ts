/** @file `npm run audit:signatures`. Exit code 0: all signatures hold; 1: not all do; 75: nothing could be checked. */

import { spawnSync } from "node:child_process";
import { type SignatureVerdict, signatureVerdict } from "./signature-verdict.ts";

const ANSWERS: Readonly<Record<SignatureVerdict, { readonly code: number; readonly says: string }>> = {
  hold: { code: 0, says: "All signatures hold." },
  broken: { code: 1, says: "Not all signatures hold, or npm ended for a reason of its own." },
  unreachable: { code: 75, says: "Not reachable: the keys could not be fetched, and no signature was checked." },
};

const { status, stdout, stderr } = spawnSync(
  "npm",
  // Below "npm run --silent" npm would not say why it ended.
  ["audit", "signatures", "--fetch-retries=0", "--fetch-timeout=20000", "--loglevel=error"],
  { encoding: "utf8", shell: process.platform === "win32" },
);
const output = `${stdout ?? ""}${stderr ?? ""}`;
process.stdout.write(output);
const { code, says } = ANSWERS[signatureVerdict(status, output)];
console.log(says);
process.exitCode = code;
