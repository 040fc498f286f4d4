/** @file What every package says of the project: from the package.json of the root. The repository may come from the environment. */

import { readFileSync } from "node:fs";

export interface ProjectFacts {
  readonly author: string;
  readonly keywords: readonly string[];
  /** Address of the repository, without ".git"; undefined where nobody has said it, and then nothing is published. */
  readonly repository: string | undefined;
}

/** Name of the variable that says where the repository is; it goes before the package.json of the root. */
export const REPOSITORY = "CALIG_REPOSITORY";

interface RootManifest {
  readonly author: string;
  readonly keywords: readonly string[];
  readonly repository?: string | { readonly url: string };
}

/** @throws {Error} When the repository is no https address. */
export function projectFacts(env: NodeJS.ProcessEnv = process.env): ProjectFacts {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { author, keywords, repository } = JSON.parse(text) as RootManifest;
  const written = typeof repository === "object" ? repository.url : repository;
  const given = env[REPOSITORY] ?? written;
  return { author, keywords, repository: given === undefined || given === "" ? undefined : addressOf(given) };
}

function addressOf(given: string): string {
  const [, address] = /^(?:git\+)?(https:\/\/[^\s/]+\/[^\s]+?)(?:\.git)?\/?$/.exec(given) ?? [];
  if (address !== undefined) return address;
  throw new Error(
    `Cannot tell the repository of ${JSON.stringify(given)}: wanted an address such as https://host/owner/name`,
  );
}

/** The fields of a package.json that follow. @param folder - Of the package, in the repository; none for one that is made. */
export function identity({ author, keywords, repository }: ProjectFacts, folder?: string): Record<string, unknown> {
  return {
    author,
    keywords,
    ...(repository === undefined
      ? {}
      : {
          homepage: `${repository}#readme`,
          repository: {
            type: "git",
            url: `git+${repository}.git`,
            ...(folder === undefined ? {} : { directory: folder }),
          },
          bugs: { url: `${repository}/issues` },
        }),
  };
}
