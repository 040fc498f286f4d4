/** @file What calig brings along: licences, install scripts, the list of its parts. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { installScriptProblems } from "../scripts/install-scripts.ts";
import { licenceProblems } from "../scripts/licences.ts";
import { type LockedPackage, runtimePackages } from "../scripts/lock-file.ts";
import { signatureVerdict } from "../scripts/signature-verdict.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), "utf8");
const packages = runtimePackages(read("package-lock.json"));

const made = (facts: Partial<LockedPackage>): LockedPackage => ({
  name: "made-up",
  version: "1.0.0",
  licence: "MIT",
  path: "node_modules/made-up",
  hasInstallScript: false,
  ...facts,
});

describe("licences", () => {
  it("of all that is installed are listed", () => {
    expect(packages.length).toBeGreaterThan(50);
    expect(licenceProblems(packages)).toEqual([]);
  });

  it("are those that the packages themselves state", () => {
    const stated = packages.flatMap(({ name, path, licence }) => {
      const file = join(ROOT, path, "package.json");
      // Packages of other platforms are not installed.
      if (!existsSync(file)) return [];
      const { license } = JSON.parse(readFileSync(file, "utf8")) as { readonly license?: string };
      return license === licence ? [] : [`${name}: ${license}, in the lock file ${licence}`];
    });
    expect(stated).toEqual([]);
  });

  it.each(["MIT", "(MIT OR CC0-1.0)", "Apache-2.0 AND BSD-3-Clause", "(GPL-3.0-only OR ISC)"])(
    "%s is accepted",
    (licence) => {
      expect(licenceProblems([made({ licence })])).toEqual([]);
    },
  );

  it.each([
    "GPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT AND AGPL-3.0-only",
    "BUSL-1.1",
    "UNLICENSED",
    "SEE LICENSE IN LICENSE.txt",
    "",
  ])("%s is refused by the name of its package", (licence) => {
    expect(licenceProblems([made({ licence })])).toEqual([
      `made-up 1.0.0 has the licence "${licence}", which is not listed`,
    ]);
  });

  it("that are not stated are refused", () => {
    expect(licenceProblems([made({ licence: undefined })])).toEqual(["made-up 1.0.0 states no licence"]);
  });

  it("of libraries that are loaded are accepted where they are known, and nowhere else", () => {
    const licence = "LGPL-3.0-or-later";
    expect(licenceProblems([made({ name: "@img/sharp-libvips-linux-x64", licence })])).toEqual([]);
    expect(licenceProblems([made({ name: "sharp", licence })])).toHaveLength(1);
    expect(licenceProblems([made({ name: "@other/sharp-libvips-linux-x64", licence })])).toHaveLength(1);
  });
});

describe("install scripts", () => {
  const { allowScripts } = JSON.parse(read("package.json")) as { readonly allowScripts: Record<string, boolean> };

  it("are refused in package.json, all of them", () => {
    expect(packages.filter(({ hasInstallScript }) => hasInstallScript).length).toBeGreaterThan(0);
    expect(installScriptProblems(packages, allowScripts)).toEqual([]);
    expect(Object.values(allowScripts)).not.toContain(true);
  });

  it("of a package that comes along are noticed", () => {
    const scripted = made({ hasInstallScript: true });
    expect(installScriptProblems([scripted], {})).toEqual([expect.stringContaining("made-up 1.0.0")]);
    expect(installScriptProblems([scripted], { "made-up": true })).toHaveLength(1);
    expect(installScriptProblems([scripted], { "made-up": false })).toEqual([]);
  });
});

describe("the list of parts (SBOM)", () => {
  const folder = mkdtempSync(join(tmpdir(), "calig-sbom-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const make = (name: string): string => {
    const out = join(folder, name);
    execFileSync(process.execPath, [join(ROOT, "scripts/import-source.mjs"), join(ROOT, "scripts/make-sbom.ts"), out], {
      cwd: ROOT,
    });
    return readFileSync(out, "utf8");
  };

  it("has every package of the lock file with its licence and hash, and is the same when made again", () => {
    const text = make("once.json");
    const sbom = JSON.parse(text) as {
      readonly bomFormat: string;
      readonly metadata: { readonly component: { readonly name: string } };
      readonly dependencies: readonly { readonly dependsOn: readonly string[] }[];
      readonly components: readonly {
        readonly "bom-ref": string;
        readonly name: string;
        readonly version: string;
        readonly hashes?: readonly unknown[];
        readonly licenses?: readonly unknown[];
      }[];
    };
    expect(sbom.bomFormat).toBe("CycloneDX");
    expect(sbom.metadata.component.name).toBe("calig");
    const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);
    const needed = new Set(packages.map(({ name, version }) => `${name}@${version}`));
    expect(listed.sort()).toEqual([...needed].sort());
    const references = new Set(sbom.components.map((part) => part["bom-ref"]));
    const reached = sbom.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(new Set(reached)).toEqual(references);
    expect(sbom.components.filter(({ hashes, licenses }) => !hashes?.length || !licenses?.length)).toEqual([]);
    expect(make("again.json")).toBe(text);
  });
});

describe("signatures", () => {
  it.each([
    [0, "audited 150 packages in 2s\n\n150 packages have verified registry signatures\n", "hold"],
    [1, "2 packages have missing registry signatures but the registry is providing signing keys:\n", "broken"],
    [1, "1 package has an invalid registry signature:\nkleur@1.0.1 (https://registry/)\n", "broken"],
    [1, "149 packages have verified registry signatures\n1 package has an invalid attestation:\n", "broken"],
    [1, "1 package has an invalid registry signature:\nnpm error code ENOTFOUND", "broken"],
    [1, "npm error code ENOTFOUND\nnpm error network request to https://keys failed", "unreachable"],
    [1, "npm error found no dependencies to audit that were installed from a supported registry", "unreachable"],
    [1, "npm error code E404\nnpm error 404 Not Found - GET https://registry/-/npm/v1/keys", "unreachable"],
    [1, "npm error Cannot read properties of undefined", "broken"],
    [0, "", "broken"],
    [null, "", "broken"],
  ] as const)("code %j, %j: %s", (status, output, verdict) => {
    expect(signatureVerdict(status, output)).toBe(verdict);
  });
});
