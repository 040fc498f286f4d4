/** @file Projects with the packed packages for tests: installed without a warning, their commands run to an end or as servers. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject } from "vitest";
import { type ConsumerProject, makeProject, type ProjectOptions } from "../../scripts/pack/consumer-project.ts";

const run = promisify(execFile);

/** A project that is installed before the first test of a file and removed after the last. */
export function useProject(options: ProjectOptions): () => ConsumerProject {
  let project: ConsumerProject | undefined;
  beforeAll(() => {
    project = makeProject(inject("tarballs"), options);
    expect(project.warnings).toEqual([]);
  });
  afterAll(() => project?.[Symbol.dispose]());
  return () => project as ConsumerProject;
}

/** As people run the scripts, wherever this test runs. */
const environmentOf = ({ env: { CI: _, ...env } }: ConsumerProject): NodeJS.ProcessEnv => ({
  ...env,
  NEXT_TELEMETRY_DISABLED: "1",
  NO_COLOR: "1",
});

/** What a script of the project prints. @throws {Error} When it fails, with what it printed. */
export async function runScript(project: ConsumerProject, script: string): Promise<string> {
  try {
    const { stdout, stderr } = await run("npm", ["run", "--silent", script], {
      cwd: project.folder,
      env: environmentOf(project),
      maxBuffer: 2 ** 24,
    });
    return `${stdout}${stderr}`;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`npm run ${script} fails:\n${stdout}${stderr}`, { cause: error });
  }
}

/** A server that a script of the project started. */
export interface ScriptServer extends AsyncDisposable {
  readonly url: string;
  /** What it has printed so far. */
  readonly output: () => string;
}

/** Starts a script that serves a page, with `--port` and a free port, and waits until it answers. */
export async function serveScript(project: ConsumerProject, script: string): Promise<ScriptServer> {
  const port = await freePort();
  const url = `http://localhost:${port}/`;
  const child = spawn("npm", ["run", "--silent", script, "--", "--port", String(port)], {
    cwd: project.folder,
    env: environmentOf(project),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    // The whole group: npm starts the server in a process of its own.
    if (child.exitCode === null) process.kill(-(child.pid as number), "SIGTERM");
    await ended;
  };
  for (;;) {
    if (child.exitCode !== null) throw new Error(`npm run ${script} ends:\n${text}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, output: () => text, [Symbol.asyncDispose]: stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}
