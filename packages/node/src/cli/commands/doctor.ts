/** @file `calig doctor`: versions, resources, and whether everything works, found out by doing it. */

import { bytes, milliseconds } from "@calig/core/internal/render/format";
import type { SystemFacts } from "../../node/system-facts.ts";
import { defineCommand, EXIT } from "../command.ts";
import { type Fact, factLines, section } from "../listing.ts";
import type { CheckResult } from "../self-checks.ts";
import type { Terminal } from "../terminal.ts";

export const doctor = defineCommand({
  name: "doctor",
  summary: "print versions and resources, and check that everything works",
  description:
    "Prints versions, execution providers and memory, then checks the installation by using it: it runs a small program, loads the built-in model and explains a sentence. Exits with 1 when a check fails.",
  options: ["json"],
  examples: [
    { purpose: "Check the installation", command: "calig doctor" },
    { purpose: "The same as JSON, to attach to a report", command: "calig doctor --json" },
  ],
  async run({ options, terminal }) {
    // The ONNX format and what else it needs is loaded for this command alone.
    const { runSelfChecks } = await import("../self-checks.ts");
    const checks = await runSelfChecks(terminal.io.signal, (name, done) =>
      terminal.progress.update(done, `checking: ${name}`),
    );
    const ok = checks.every((check) => check.ok);
    const system = await readSystemFacts();
    if (options.json === true) await terminal.print(`${JSON.stringify({ ok, system, checks }, null, 2)}\n`);
    else await terminal.print(`${report(system, checks, terminal).join("\n")}\n`);
    return ok ? EXIT.done : EXIT.failed;
  },
});

/** Facts of the system; null where the native parts do not load, which the checks have reported then. */
async function readSystemFacts(): Promise<SystemFacts | null> {
  try {
    const { systemFacts } = await import("../../node/system-facts.ts");
    return systemFacts();
  } catch {
    return null;
  }
}

function report(system: SystemFacts | null, checks: readonly CheckResult[], terminal: Terminal): string[] {
  const { style } = terminal;
  const facts: Fact[] =
    system === null
      ? [["Node.js", process.versions.node]]
      : [
          ["calig", system.calig],
          ["Node.js", system.node],
          ["onnxruntime", system.onnxruntime],
          ["tokenizers", system.tokenizers],
          ["providers", `${system.providers.join(", ")} (calig uses cpu)`],
          ["platform", system.platform],
          ["processor", `${system.cpu}, ${system.cores} cores`],
          ["memory", `${bytes(system.memoryFreeBytes)} free of ${bytes(system.memoryTotalBytes)}`],
        ];
  const results = checks.flatMap(({ ok, name, detail, remedy, milliseconds: time }) => [
    `  ${ok ? style.green("ok    ") : style.red("failed")}  ${name}: ${detail}${ok ? style.dim(` (${milliseconds(time)})`) : ""}`,
    ...(remedy === undefined ? [] : [`          ${remedy}`]),
  ]);
  const failed = checks.filter((check) => !check.ok).length;
  return [
    style.bold("System"),
    ...factLines(facts, terminal),
    ...section("Checks", results, terminal),
    "",
    failed === 0 ? "Everything works" : `${failed} of ${checks.length} checks failed`,
  ];
}
