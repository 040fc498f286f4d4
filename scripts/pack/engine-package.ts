/**
 * @file Packages with the engine for one system each: the files of onnxruntime-node that this system loads, as they are.
 * The package onnxruntime-node has those of all systems (288 MB), and an install script that fetches CUDA from NuGet.
 */

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type { Manifest } from "./manifest.ts";

export interface System {
  readonly os: "linux" | "darwin" | "win32";
  readonly cpu: "x64" | "arm64";
}

/** All systems that onnxruntime-node has files for. */
export const ENGINES: readonly System[] = [
  { os: "linux", cpu: "x64" },
  { os: "linux", cpu: "arm64" },
  { os: "darwin", cpu: "arm64" },
  { os: "win32", cpu: "x64" },
  { os: "win32", cpu: "arm64" },
];

/** Name of the package for a system; packages/node/src/runtime/onnxruntime-node.ts asks for it. */
export const engineName = ({ os, cpu }: System): string => `@calig/engine-${os}-${cpu}`;

/**
 * Writes the package for a system into a folder that exists.
 *
 * @param identity - Further fields of its package.json.
 * @throws {Error} When the notices of third parties are of another release of the engine.
 */
export function writeEngine(
  system: System,
  version: string,
  folder: string,
  identity: Readonly<Record<string, unknown>> = {},
): void {
  const { os, cpu } = system;
  const engine = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const original = JSON.parse(readFileSync(join(engine, "package.json"), "utf8")) as Manifest;
  const binaries = join("bin", "napi-v6", os, cpu);
  mkdirSync(join(folder, "bin/napi-v6", os), { recursive: true });
  cpSync(join(engine, binaries), join(folder, binaries), { recursive: true });
  cpSync(join(engine, "dist"), join(folder, "dist"), {
    recursive: true,
    filter: (file) => !/\.(map|d\.ts)$/.test(file),
  });
  const manifest = {
    name: engineName(system),
    version,
    description: `The engine of calig for ${os} on ${cpu}: onnxruntime-node ${original.version} of Microsoft, the files of this system only`,
    license: os === "win32" ? "SEE LICENSE IN LICENSE" : "MIT",
    ...identity,
    type: "commonjs",
    engines: { node: ">=20.9" },
    preferUnplugged: true,
    main: "dist/index.js",
    os: [os],
    cpu: [cpu],
    ...(os === "linux" ? { libc: ["glibc"] } : {}),
    files: ["bin", "dist", "ThirdPartyNotices.txt", "SHA256SUMS"],
    dependencies: { "onnxruntime-common": original.dependencies?.["onnxruntime-common"] },
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, "README.md"), readme(system, original.version));
  writeFileSync(join(folder, "LICENSE"), os === "win32" ? LICENSE + OF_WINDOWS : LICENSE);
  writeFileSync(join(folder, "ThirdPartyNotices.txt"), noticesOf(original.version));
  const files = readdirSync(join(folder, binaries)).sort();
  const sums = files.map(
    (file) => `${sha256(join(folder, binaries, file))}  ${[...binaries.split(sep), file].join("/")}\n`,
  );
  writeFileSync(join(folder, "SHA256SUMS"), sums.join(""));
}

const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Those of onnxruntime, which its package for Node lacks: from its Python package of the same release. */
function noticesOf(version: string): Buffer {
  try {
    return readFileSync(new URL(`./notices/onnxruntime-${version}.txt`, import.meta.url));
  } catch (cause) {
    throw new Error(
      `Cannot pack the engine: scripts/pack/notices has no onnxruntime-${version}.txt; take ThirdPartyNotices.txt of that release, which is in its Python package too`,
      { cause },
    );
  }
}

/** What npm checked onnxruntime-node against when it was installed here. */
function integrity(): string {
  const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  return lock.packages["node_modules/onnxruntime-node"]?.integrity ?? "unknown";
}

const readme = ({ os, cpu }: System, version: string): string => `# ${engineName({ os, cpu })}

The files of [onnxruntime-node](https://www.npmjs.com/package/onnxruntime-node) ${version} that ${os} on ${cpu} loads, unchanged; \`@calig/node\` brings it. CUDA is in onnxruntime-node alone: install that, with its own option, and calig takes it instead.

\`SHA256SUMS\` has the sums of the binaries (\`sha256sum -c SHA256SUMS\`). They were copied from the tarball of onnxruntime-node ${version} whose integrity in the npm registry is \`${integrity()}\`.

MIT licence, Copyright (c) Microsoft Corporation; the parties whose code is in it are named in ThirdPartyNotices.txt of onnxruntime ${version}.${os === "win32" ? `\n${OF_WINDOWS}` : ""}
`;

const LICENSE = `MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;

const OF_WINDOWS = `
DirectML.dll, dxil.dll and dxcompiler.dll are of Microsoft as well, and not under the licence above: DirectML.dll and
dxil.dll are redistributables of Microsoft under terms of their own, dxcompiler.dll is the DirectX Shader Compiler, which
is under the University of Illinois Open Source License. They lie here because onnxruntime-node brings them.
`;
