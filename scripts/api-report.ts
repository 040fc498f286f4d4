/**
 * @file The public API of every package as text, in packages/NAME/api: `npm run api` writes it, `npm run check:api` fails where
 * it is another one than is written.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from "@microsoft/api-extractor";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly types?: string } | string>>;
}

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** In the order in which they build upon each other. */
const PACKAGES = ["core", "web", "node", "calig"];
const checks = process.argv.includes("--check");
const temporary = join(tmpdir(), `calig-api-${process.pid}`);
const quiet = { logLevel: ExtractorLogLevel.None };

let changed = 0;
for (const name of PACKAGES) {
  const folder = join(ROOT, "packages", name);
  execFileSync("npx", ["tsc", "-p", join(folder, "tsconfig.build.json")], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const reports = join(folder, "api");
  mkdirSync(reports, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
    entry.includes("*") || typeof target === "string" || target.types === undefined
      ? []
      : [{ report: `${entry === "." ? "index" : entry.slice(2)}.api.md`, types: target.types }],
  );
  for (const { report, types } of entries) {
    if (!same(manifest.name, folder, join(folder, types), report)) {
      changed += 1;
      console.log(`packages/${name}/api/${report} ${checks ? "is not the API that the sources have" : "written"}`);
    }
  }
  for (const file of readdirSync(reports)) {
    if (entries.some(({ report }) => report === file)) continue;
    changed += 1;
    console.log(`packages/${name}/api/${file} is of an entry that is gone`);
    if (!checks) rmSync(join(reports, file));
  }
}
rmSync(temporary, { recursive: true, force: true });
if (checks && changed > 0) {
  console.error(
    "The public API has changed: run `npm run api`, read the difference, and say in a changeset what it is.",
  );
  process.exitCode = 1;
}

/** Whether the stored report is the API; if it is to be written, it is afterwards. */
function same(name: string, projectFolder: string, types: string, report: string): boolean {
  const configObject: IConfigFile = {
    projectFolder,
    mainEntryPointFilePath: types,
    compiler: { tsconfigFilePath: join(projectFolder, "tsconfig.build.json"), skipLibCheck: true },
    apiReport: {
      enabled: true,
      reportFolder: join(projectFolder, "api"),
      reportTempFolder: temporary,
      reportFileName: report,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    // Docstrings are held by people; which types are not exported by name is a fact of the API.
    messages: {
      compilerMessageReporting: { default: quiet },
      extractorMessageReporting: {
        default: quiet,
        "ae-forgotten-export": { ...quiet, addToApiReportFile: true },
      },
      tsdocMessageReporting: { default: quiet },
    },
  };
  const existed = existsSync(join(projectFolder, "api", report));
  const result = Extractor.invoke(
    ExtractorConfig.prepare({
      configObject,
      configObjectFullPath: undefined,
      packageJsonFullPath: join(projectFolder, "package.json"),
    }),
    {
      localBuild: !checks,
      messageCallback: (message) => {
        message.handled = true; // not printed
      },
    },
  );
  if (!existed) console.log(`${name}: ${report} is new`);
  return !result.apiReportChanged;
}
