/**
 * @file Writes packages/calig/dist/sbom.cdx.json: everything that an installation brings along, from the lock file, with versions, licences
 * and hashes, as CycloneDX. The same lock file makes the same bytes.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runtimePackages } from "./lock-file.ts";

interface Sbom {
  serialNumber: string;
  readonly metadata: {
    timestamp?: string;
    readonly component: { name: string; readonly "bom-ref": string };
  };
  components: { readonly "bom-ref": string; readonly name: string; readonly version: string }[];
  dependencies: { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const root = fileURLToPath(new URL("../", import.meta.url));
const out = process.argv[2] ?? join(root, "packages/calig/dist/sbom.cdx.json");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

// Without --omit=dev: with it npm leaves out what both run time and development need.
const text = execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"], {
  cwd: root,
  encoding: "utf8",
  // An install that asks for other output or other packages runs this build too.
  env: { ...process.env, npm_config_loglevel: "error", npm_config_json: "", npm_config_omit: "" },
  shell: process.platform === "win32",
  maxBuffer: 2 ** 26,
});
const sbom = JSON.parse(text) as Sbom;

const identify = ({ name, version }: { readonly name: string; readonly version: string }) => `${name}@${version}`;
const needed = new Set(runtimePackages(read("package-lock.json")).map(identify));
sbom.components = sbom.components.filter((component) => needed.has(identify(component)));

const { metadata } = sbom;
const { component } = metadata;
/** A package of this repository: all of them are one component here. */
const isOwn = (reference: string): boolean => /^(@calig\/[\w-]+|calig|calig-workspace)@/.test(reference);
const known = new Set([component, ...sbom.components].map((part) => part["bom-ref"]));
const nameAndVersion = (reference: string): string => reference.replace(/^.*\|/, "");
const uses = sbom.dependencies.map(({ ref, dependsOn }) => ({
  ref,
  dependsOn: dependsOn.filter((on) => known.has(on)),
}));
// What the root itself asks for is of development.
const ofPackages = uses.filter(({ ref }) => isOwn(nameAndVersion(ref)) && ref !== component["bom-ref"]);
const ofAll = [...new Set(ofPackages.flatMap(({ dependsOn }) => dependsOn))].sort();
sbom.dependencies = [
  { ref: component["bom-ref"], dependsOn: ofAll },
  ...uses.filter(({ ref }) => known.has(ref) && ref !== component["bom-ref"]),
];

// npm takes the name of the folder, and numbers and dates every run.
component.name = "calig";
delete metadata.timestamp;
sbom.serialNumber = `urn:uuid:${uuidOf(JSON.stringify([component, sbom.components, sbom.dependencies]))}`;

mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify(sbom, null, 2)}\n`);

/** A UUID that is a digest of a text (version 8 of RFC 9562). */
function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
