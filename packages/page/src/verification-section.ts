/** @file What the verification of a model found, as a section of the page. */

import { checkRows } from "@calig/core/internal/report/verification/table";
import { REPORTING, type Verification, verdict } from "@calig/core/internal/verification/verification";
import { html, nothing, type TemplateResult } from "lit";

export function verificationSection(verification: Verification | undefined): TemplateResult | typeof nothing {
  if (verification === undefined) return nothing;
  const { checks, model, engine, passed } = verification;
  const rows = checkRows(checks).map(
    ({ name, status, difference, limit, sentence }) =>
      html`<tr><th scope="row">${name}</th><td>${status}</td><td>${difference}</td><td>${limit}</td><td>${sentence}</td></tr>`,
  );
  return html`<section class=${passed ? "" : "problem"} aria-labelledby="verified"><h2 id="verified">${verdict(verification)}</h2>
    <p><bdi>${model.id}</bdi>, ${engine}${passed ? "" : `. ${REPORTING}.`}</p>
    <div class="wide-table" tabindex="0" role="region" aria-label="Checks of the model"><table class="heads checks"><thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">Largest difference</th><th scope="col">Limit</th><th scope="col">What was found</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
