/** @file `calig explain --all-classes`: one input, class by class. */

import { explainClasses } from "@calig/core/internal/attribution/explain-classes";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { UsageError } from "@calig/core/internal/errors";
import { wrap } from "@calig/core/internal/render/terminal/layout";
import { classColumns, classesText } from "@calig/core/internal/report/classes/side-by-side";
import type { LoadedModel } from "../node/load-model.ts";
import { given } from "./given.ts";
import { tableLines } from "./listing.ts";
import { type OptionValues, optionName } from "./options.ts";
import { reportWriter } from "./report-writers.ts";
import type { Terminal } from "./terminal.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

type Options = Pick<
  OptionValues,
  "out" | "json" | "format" | "palette" | "overlay" | "target" | "against" | "token" | "allClasses"
>;

/** Formats of explanations that this has, by the formats of reports. */
const FORMATS = ["json", "html", "markdown"] as const;

/** @throws {UsageError} For what does not go together with all classes. */
export async function checkAllClasses(options: Options, several: boolean): Promise<void> {
  const odd = (["target", "against"] as const).find((key) => options[key] !== undefined);
  if (odd !== undefined)
    throw new UsageError(`Cannot use ${optionName(odd)} with --all-classes: leave one of them out`);
  if (several) throw new UsageError("Cannot use --all-classes with several inputs: give one text or picture");
  const [format, ...others] = options.format ?? [];
  if (others.length > 0 || (format !== undefined && !FORMATS.some((own) => own === format))) {
    throw new UsageError(
      `Cannot use --format ${options.format?.join()} with --all-classes: use one of ${FORMATS.join(", ")}, or none for the terminal`,
    );
  }
  // An ending that is none is refused before any work.
  reportWriter("classes", { out: options.out });
  if (options.out !== undefined) await checkWritable(options.out);
}

export async function writeClasses(
  model: LoadedModel,
  input: object,
  explaining: ExplainOptions,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const { target: _target, against: _against, counterfactuals: _changes, ...rest } = explaining;
  const { signal } = terminal.io;
  const onProgress = (done: number, activity: string) => terminal.progress.update(done, activity);
  const explanations = await explainClasses(model, input, { ...rest, signal, onProgress });
  const [named] = options.format ?? (options.json === true ? (["json"] as const) : []);
  const writer = reportWriter("classes", {
    out: options.out,
    ...(named === undefined ? {} : { format: named as (typeof FORMATS)[number] }),
  });
  if (writer === undefined) {
    await terminal.print(classesOnTerminal(explanations, terminal));
    return;
  }
  const shown = model.modality.file?.picture?.(input);
  const picture =
    shown === undefined || writer.format !== "html"
      ? {}
      : { picture: await (await import("../node/picture-uri.ts")).pictureUri(shown) };
  const content = await writer.write(explanations, { ...given(options, ["palette", "overlay"]), ...picture });
  if (options.out === undefined) await terminal.print(String(content));
  else {
    await writeWhole(options.out, content);
    await terminal.note(`Wrote ${options.out}`);
  }
}

function classesOnTerminal(explanations: Parameters<typeof classesText>[0], terminal: Terminal): string {
  const rows = classColumns(explanations, { unicode: false }).map(({ name, value, supporting, opposing }) => [
    name,
    value,
    supporting.slice(0, 3).join(", "),
    opposing.slice(0, 3).join(", "),
  ]);
  return [
    ...wrap(classesText(explanations), terminal.columns),
    "",
    ...tableLines(["class", "", "for", "against"], rows, terminal),
    "",
  ].join("\n");
}
