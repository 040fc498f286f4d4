/** @file A verification as Markdown. */

import { milliseconds } from "../../render/format.ts";
import { code, plain, table } from "../../render/markdown-text.ts";
import { REPORTING, type Verification, verdict } from "../../verification/verification.ts";
import { checkRows } from "./table.ts";

/** What every check of a model found, in Markdown. */
export function verificationMarkdown(verification: Verification): string {
  const { checks, model, engine, inputs, seed, passed } = verification;
  const rows = checkRows(checks).map(({ name, status, difference, limit }, i) => [
    plain(name),
    status,
    plain(difference),
    plain(limit),
    milliseconds(checks[i]?.milliseconds ?? Number.NaN),
  ]);
  const told = checks.map(
    ({ name, compares, sentence }) => `- **${plain(name)}**: ${plain(compares)}. ${plain(sentence)}.`,
  );
  return [
    `# ${plain(verdict(verification))}`,
    `Model ${code(model.id)} (${plain(model.family)}, ${model.blocks} blocks, sha256 ${code(model.sha256.slice(0, 12))}), engine ${plain(engine)}, ${inputs.all} inputs, ${inputs.own} of them given, seed ${seed}.`,
    ...(passed ? [] : [`> ${plain(REPORTING)}.`]),
    table(
      ["check", "result", "largest difference", "limit", "time"],
      ["left", "left", "right", "right", "right"],
      rows,
    ),
    told.join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
}
