/** @file The packages as they are published, built afresh into a folder: neither needs nor disturbs a build of the checkout. */

import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BUILT = ["core", "node", "calig"];
const run = promisify(execFile);

/** Installs packages into `folder`, which is empty, and returns it: `node_modules` has what was built, and links to the rest. */
export async function buildPackages(folder: string): Promise<string> {
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@calig"), { recursive: true });
  const names = await readdir(join(ROOT, "node_modules"));
  for (const name of names.filter((name) => name !== "@calig" && name !== "calig")) {
    await symlink(join(ROOT, "node_modules", name), join(modules, name));
  }
  for (const name of ["page", "model-sst2", "model-cifar10"]) {
    await symlink(join(ROOT, "packages", name), join(modules, "@calig", name));
  }
  // All of them as one program: what each imports of the others is a source.
  const settings = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { noEmit: false, rootDir: join(ROOT, "packages"), outDir: join(folder, "built"), noCheck: true },
    include: BUILT.map((name) => join(ROOT, "packages", name, "src")),
    exclude: [join(ROOT, "packages/*/src/**/*.test.ts")],
  };
  const project = join(folder, "tsconfig.json");
  await writeFile(project, JSON.stringify(settings));
  await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", project]);
  for (const name of BUILT) {
    const place = name === "calig" ? join(modules, name) : join(modules, "@calig", name);
    await mkdir(place);
    await cp(join(ROOT, "packages", name, "package.json"), join(place, "package.json"));
    await rename(join(folder, "built", name, "src"), join(place, "dist"));
  }
  await cp(join(ROOT, "packages/calig/bin"), join(modules, "calig/bin"), { recursive: true });
  return folder;
}
