/** @file What a release publishes, in which order, and what keeps it from being one. */

/** What is read of a packed package. */
export interface Releasable {
  readonly name: string;
  readonly dependencies: readonly string[];
}

/**
 * Packages after those that they ask for: whoever installs one while others are not there yet finds what it needs.
 *
 * @throws {Error} When one asks for a package of ours that is not among them, or two ask for each other.
 */
export function publishOrder<T extends Releasable>(packages: readonly T[]): readonly T[] {
  const ours = (name: string): boolean => name === "calig" || name.startsWith("@calig/");
  const done: T[] = [];
  const isDone = (name: string): boolean => done.some((each) => each.name === name);
  for (let left = [...packages]; left.length > 0; ) {
    const next = left.filter(({ dependencies }) => dependencies.filter(ours).every(isDone));
    if (next.length === 0) {
      const waiting = left.map(({ name, dependencies }) => `${name} (${dependencies.filter(ours).join(", ")})`);
      throw new Error(`Cannot order the packages: these wait for others that are not published: ${waiting.join("; ")}`);
    }
    done.push(...next);
    left = left.filter((each) => !next.includes(each));
  }
  return done;
}

/** What is looked at before a release. */
export interface ReleaseState {
  readonly version: string;
  readonly repository: string | undefined;
  readonly changelog: string;
  /** Names of changesets that wait. */
  readonly changesets: readonly string[];
  /** Paths that git says are changed or new. */
  readonly changed: readonly string[];
}

/** Why nothing may be published; nothing where it may. */
export function releaseProblems({ version, repository, changelog, changesets, changed }: ReleaseState): string[] {
  const [, heading = "none"] = /^## (.+)$/m.exec(changelog) ?? [];
  return [
    ...(repository === undefined
      ? [
          'the repository is not known: name it in "repository" of package.json, or in CALIG_REPOSITORY (https://host/owner/name)',
        ]
      : []),
    ...(heading === version ? [] : [`CHANGELOG.md begins with "${heading}" and not with "${version}"`]),
    ...(changesets.length === 0
      ? []
      : [`${changesets.length} changesets wait (${changesets.join(", ")}): npm run release:version`]),
    ...(changed.length === 0 ? [] : [`there are changes that are not committed: ${changed.join(", ")}`]),
  ];
}
