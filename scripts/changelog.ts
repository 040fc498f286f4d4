/** @file Changesets as a section of CHANGELOG.md: one for all packages, because they have one version. */

const KINDS = ["major", "minor", "patch"] as const;
type Kind = (typeof KINDS)[number];

/** What a changeset says. */
export interface Change {
  readonly kind: Kind;
  readonly text: string;
}

const HEADINGS: Readonly<Record<Kind, string>> = { major: "Breaking", minor: "New", patch: "Mended" };

/** @throws {Error} When the file is no changeset; names it. */
export function parseChangeset(source: string, file: string): Change {
  const [, head = "", body = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? [];
  const kind = KINDS.find((each) => new RegExp(`:\\s*["']?${each}["']?\\s*$`, "m").test(head));
  const text = body.trim().replaceAll(/\s*\n\s*/g, " ");
  if (kind === undefined || text === "") {
    throw new Error(`Cannot read the changeset "${file}": wanted packages with major, minor or patch, and a sentence`);
  }
  return { kind, text };
}

/** The version after `version`. Before 1.0.0 what is breaking raises the second number, as npm's ranges expect. */
export function nextVersion(version: string, changes: readonly Change[]): string {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const [kind] = KINDS.filter((each) => changes.some((change) => change.kind === each));
  if (kind === "major" && major > 0) return `${major + 1}.0.0`;
  return kind === "patch" ? `${major}.${minor}.${patch + 1}` : `${major}.${minor + 1}.0`;
}

/** "## 1.2.0" with what is breaking, new and mended, in this order. */
export function changelogSection(version: string, changes: readonly Change[]): string {
  const parts = KINDS.flatMap((kind) => {
    const lines = changes.filter((change) => change.kind === kind).map(({ text }) => `- ${text}`);
    return lines.length === 0 ? [] : [`### ${HEADINGS[kind]}\n\n${lines.join("\n")}\n`];
  });
  return `## ${version}\n\n${parts.join("\n")}`;
}

/** A changelog with a section above those that it has. */
export function withSection(changelog: string, section: string): string {
  const at = changelog.search(/^## /m);
  return at < 0
    ? `${changelog.trimEnd()}\n\n${section}`
    : `${changelog.slice(0, at)}${section}\n${changelog.slice(at)}`;
}
