/**
 * @file Packages with the engine for one system each: the files of onnxruntime-node that this system loads, as they are.
 * The package onnxruntime-node has those of all systems (288 MB), and an install script that fetches CUDA from NuGet.
 */

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Manifest } from "./published-manifest.ts";

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

/** Writes the package for a system into a folder that exists. */
export function writeEngine(system: System, version: string, folder: string): void {
  const { os, cpu } = system;
  const engine = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const original = JSON.parse(readFileSync(join(engine, "package.json"), "utf8")) as Manifest;
  const binaries = join("bin/napi-v6", os, cpu);
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
    license: "MIT",
    type: "commonjs",
    engines: { node: ">=20.9" },
    main: "dist/index.js",
    os: [os],
    cpu: [cpu],
    ...(os === "linux" ? { libc: ["glibc"] } : {}),
    files: ["bin", "dist"],
    dependencies: { "onnxruntime-common": original.dependencies?.["onnxruntime-common"] },
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, "README.md"), readme(system, original.version));
  writeFileSync(join(folder, "LICENSE"), LICENSE);
}

const readme = ({ os, cpu }: System, version: string): string => `# ${engineName({ os, cpu })}

The files of [onnxruntime-node](https://www.npmjs.com/package/onnxruntime-node) ${version} that ${os} on ${cpu} loads, unchanged; \`@calig/node\` brings it. CUDA is in onnxruntime-node alone: install that, with its own option, and calig takes it instead.

MIT licence, Copyright (c) Microsoft Corporation; the parties whose code is in it: ThirdPartyNotices.txt of [onnxruntime ${version}](https://github.com/microsoft/onnxruntime/blob/v${version}/ThirdPartyNotices.txt).
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
