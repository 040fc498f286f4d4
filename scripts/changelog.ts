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

/** What a release makes of a version, its changesets and the changelog. */
export interface PlannedVersion {
  readonly version: string;
  readonly changelog: string;
}

/**
 * The next version, with a section of its own; or this one, where the changelog begins with it as "(unreleased)": what waits
 * is added to its section, which is released.
 *
 * @throws {Error} When nothing has changed that users notice.
 */
export function plannedVersion(before: string, changelog: string, changes: readonly Change[]): PlannedVersion {
  const heading = `## ${before} (unreleased)\n`;
  const at = changelog.indexOf(heading);
  if (at < 0) {
    if (changes.length === 0) throw new Error("There are no changesets: nothing has changed that users notice");
    const version = nextVersion(before, changes);
    return { version, changelog: withSection(changelog, changelogSection(version, changes)) };
  }
  const rest = changelog.slice(at + heading.length);
  const next = rest.search(/^## /m);
  const own = (next < 0 ? rest : rest.slice(0, next)).trim();
  const lines = changes.map(({ text }) => `- ${text}`);
  const section = `## ${before}\n\n${[own, ...lines].filter((line) => line !== "").join("\n")}\n`;
  return {
    version: before,
    changelog: `${changelog.slice(0, at)}${section}${next < 0 ? "" : `\n${rest.slice(next)}`}`,
  };
}

/** A changelog with a section above those that it has. */
export function withSection(changelog: string, section: string): string {
  const at = changelog.search(/^## /m);
  return at < 0
    ? `${changelog.trimEnd()}\n\n${section}`
    : `${changelog.slice(0, at)}${section}\n${changelog.slice(at)}`;
}
