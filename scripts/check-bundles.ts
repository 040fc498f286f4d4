/**
 * @file Programs of others around the packed packages: the example servers built by their bundlers and asked a question, and
 * programs of CommonJS. Run after a build: npm run check:bundles
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { askServer } from "./pack/ask-server.ts";
import { type ConsumerProject, makeProject } from "./pack/consumer-project.ts";
import { ENGINES, engineName } from "./pack/engine-package.ts";
import { packPackages } from "./pack/pack-packages.ts";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));
const SERVERS = ["esbuild-server", "webpack-server"];
const engines = ENGINES.filter(({ os, cpu }) => os === process.platform && cpu === process.arch);
/** All that docs/bundlers.md wants above a bundle that brings its thread along. */
const NEEDED = ["@calig/model-sst2", "tokenizers", ...engines.map(engineName)];

const problems: string[] = [];
const hold = (what: string, found: unknown, wanted: unknown): void => {
  const right = JSON.stringify(found) === JSON.stringify(wanted);
  console.log(`${right ? "ok" : "FAILED"}: ${what}`);
  if (!right) problems.push(`${what}: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
};

/** What a program writes, on both streams. */
const outputOf = ({ folder, env }: ConsumerProject, command: string, ...argv: string[]): string =>
  execFileSync(command, [...argv, "2>&1"], { cwd: folder, env, encoding: "utf8", shell: true });

const top = mkdtempSync(join(tmpdir(), "calig-bundles-"));
try {
  const tarballs = packPackages(join(top, "packages"), engines);
  for (const name of SERVERS) {
    using project = makeProject(tarballs, { from: join(EXAMPLES, name) });
    hold(`${name} is built without a word`, outputOf(project, "npm", "run", "--silent", "build"), "");
    // As it is deployed: the bundle, and what cannot be bundled.
    const deployed = join(top, name);
    cpSync(join(project.folder, "dist"), deployed, { recursive: true });
    for (const each of NEEDED) {
      const place = join(deployed, "node_modules", each);
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(join(project.folder, "node_modules", each), place);
    }
    // Where calig lay when it was bundled is not there any more.
    rmSync(join(project.folder, "node_modules/@calig/node"), { recursive: true });
    for (const program of [["server.mjs"], ["server.mjs", "--one-thread"], ["server.cjs"]]) {
      const { answer, errors, code } = await askServer(program, { cwd: deployed, env: project.env });
      const { label, supporting } = (answer ?? {}) as { label?: string; supporting?: readonly { text: string }[] };
      const found = [label, supporting?.[0]?.text, errors, code];
      hold(`${name}, ${program.join(" ")}`, found, ["positive", "gripping", "", 0]);
    }
  }

  using project = makeProject(tarballs, { packages: ["calig"] });
  const body = `const model = await loadModel("sst2");
    console.log((await explain(model, "A gripping film")).supporting[0].text);
    await model.dispose();`;
  // Before 20.19 Node has no require of modules.
  const requires = (process.features as { readonly require_module?: boolean }).require_module === true;
  const programs = {
    ...(requires
      ? { "require.cjs": `const { explain, loadModel } = require("calig/node"); (async () => { ${body} })();` }
      : {}),
    "import.cjs": `(async () => { const { explain, loadModel } = await import("calig/node"); ${body} })();`,
  };
  for (const [file, text] of Object.entries(programs)) {
    writeFileSync(join(project.folder, file), text);
    hold(`CommonJS, ${file}`, outputOf(project, process.execPath, file), "gripping\n");
  }
} finally {
  rmSync(top, { recursive: true });
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
