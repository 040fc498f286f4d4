/** @file `calig verify`: whether calig computes a model rightly, found out on this machine. */

import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import { fileModalities } from "@calig/core/internal/modality/input-forms";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { reportJson } from "@calig/core/internal/report/writers";
import type { Check } from "@calig/core/internal/verification/check";
import { DEFAULT_TEXT_MODEL } from "../../node/builtin-models.ts";
import { ROW_OPTIONS } from "../../node/read-rows.ts";
import { defineCommand, EXIT, type Invocation } from "../command.ts";
import { checkFiles, chooseInputs, type ExplainInputs, modelFor } from "../explain-inputs.ts";
import { modalitiesOf } from "../file-options.ts";
import { given } from "../given.ts";
import { LOADING_OPTIONS, loadingOptions } from "../loading.ts";
import type { OptionValues } from "../options.ts";
import { reportWriter } from "../report-writers.ts";
import { verificationText } from "../verification-text.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "prove that calig computes your model rightly",
  description:
    "Runs checks on a model, a checkpoint or an ONNX file: the logits of the untouched file beside those of the graph that calig explains, rows of batches and of the sweep beside single runs, gradients beside differences of the score at every block and its attention, sums, the positions that are read, masks, token ids by two implementations, the same numbers twice. Each passes or fails with its largest difference; the exit code is 0 where all pass and 1 otherwise. Needs no Python and no network: docs/verify.md says what each check catches.",
  options: [
    "model",
    "input",
    ...ROW_OPTIONS,
    ...LOADING_OPTIONS.filter((key) => !["memory", "acceptDifference", "task"].includes(key)),
    "seed",
    "verificationFormat",
    "out",
    "json",
    "verbose",
  ],
  fileOptions: ["input", "reading"],
  examples: [
    { purpose: "Your own model", command: "calig verify --model ./my-model" },
    {
      purpose: "An ONNX file, with inputs of your own besides",
      command: "calig verify --model ./model.onnx --input reviews.csv",
    },
    { purpose: "For a script, or for a report", command: "calig verify --model ./my-model --json" },
    { purpose: "A page to look at", command: "calig verify --model ./my-model --out verification.html" },
  ],
  async run({ options, fileOptions, terminal, extensions }) {
    const { signal } = terminal.io;
    const { out, verificationFormat: format } = options;
    const writer = reportWriter("verification", { out, format: format === "terminal" ? undefined : format });
    if (out !== undefined) await checkWritable(out);
    const chosen = await chosenInputs({ options, fileOptions, terminal, extensions });
    const source = options.model ?? (chosen === undefined ? DEFAULT_TEXT_MODEL : modelFor(chosen));
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    const { verify: verifyModel } = await import("@calig/core/internal/verification/verify");
    // What a file computes otherwise is compared, and fails here.
    const loading = { signal, acceptDifference: true, ...(await loadingOptions(options, extensions, terminal)) };
    await using model = await loadModel(source, loading);
    if (chosen !== undefined) checkFiles(chosen, model);
    const verification = await verifyModel(model, {
      inputs: chosen === undefined ? [] : await inputsOf(chosen, fileOptions),
      ...given(options, ["seed"]),
      ...(await checksWith(extensions.check)),
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
    });
    const asJson = options.json === true;
    if (out !== undefined && writer !== undefined) {
      await writeWhole(out, await writer.write(verification));
      await terminal.note(`Wrote ${out}`);
    } else if (!asJson) {
      await terminal.print(
        (await writer?.write(verification)) ?? verificationText(verification, terminal, options.verbose === true),
      );
    }
    if (asJson) await terminal.print(reportJson(verification));
    return verification.passed ? EXIT.done : EXIT.failed;
  },
});

/** calig's checks and those of plugins, where there are any. */
async function checksWith(others: readonly Check[]): Promise<{ readonly checks?: readonly Check[] }> {
  if (others.length === 0) return {};
  const { CHECKS } = await import("@calig/core/internal/verification/checks");
  return { checks: [...CHECKS, ...others] };
}

type Surroundings = Pick<Invocation<never>, "fileOptions" | "terminal" | "extensions"> & {
  readonly options: Pick<OptionValues, "input" | (typeof ROW_OPTIONS)[number]>;
};

/** Inputs of the caller's own, where there are any. @throws {UsageError} When a file is named that is not there. */
async function chosenInputs({
  options,
  fileOptions,
  terminal,
  extensions,
}: Surroundings): Promise<ExplainInputs | undefined> {
  const isFile = fileModalities(modalitiesOf(extensions)).some(({ field }) => fileOptions[field] !== undefined);
  if (options.input === undefined && !isFile) return undefined;
  return chooseInputs({ words: [], fileOptions, ...given(options, ["input", ...ROW_OPTIONS]) }, terminal, extensions);
}

/** @throws {InputError} For a row or a file that cannot be read. */
async function inputsOf(chosen: ExplainInputs, reading: GivenOptions): Promise<readonly object[]> {
  if (chosen.kind === "one")
    throw new UsageError("Cannot verify with a single text: give a file of texts with --input");
  if (chosen.kind === "files") {
    const { readInputFile } = await import("../../node/input-files.ts");
    return Promise.all(chosen.files.map((file) => readInputFile(chosen.modality, file, reading)));
  }
  return chosen.entries.map(({ line, input: row }) => {
    if (row instanceof InputError)
      throw new InputError(`Cannot verify with line ${line} of ${quote(chosen.file)}: ${row.message}`);
    return row;
  });
}
