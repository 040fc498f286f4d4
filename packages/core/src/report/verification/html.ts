/** @file A verification as one HTML page that needs nothing else. */

import { html } from "../../render/escape.ts";
import { milliseconds } from "../../render/format.ts";
import { REPORTING, type Verification, verdict } from "../../verification/verification.ts";
import { page } from "../page.ts";
import { checkRows } from "./table.ts";

/** What every check of a model found, as a page of its own, which works offline. */
export function verificationHtml(verification: Verification): string {
  const { checks, model, engine, inputs, seed, passed } = verification;
  const rows = checkRows(checks).map(
    ({ name, status, difference, limit, sentence }, i) =>
      html`<tr><td>${name}</td><td>${status}</td><td class="n">${difference}</td><td class="n">${limit}</td><td class="n">${milliseconds(checks[i]?.milliseconds ?? Number.NaN)}</td></tr><tr><td></td><td colspan="4"><p>${checks[i]?.compares ?? ""}. ${sentence}.</p></td></tr>`,
  );
  return page(
    verdict(verification),
    html`<dl><dt>model</dt><dd>${model.id}: ${model.family}, ${model.blocks} blocks</dd><dt>sha256</dt><dd>${model.sha256}</dd><dt>engine</dt><dd>${engine}</dd><dt>inputs</dt><dd>${inputs.all}, ${inputs.own} of them given</dd><dt>seed</dt><dd>${seed}</dd></dl>${passed ? null : html`<p class="warn">${REPORTING}.</p>`}<div class="wide"><table><thead><tr><th>check</th><th>result</th><th class="n">largest difference</th><th class="n">limit</th><th class="n">time</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  );
}
