/** @file `calig serve`, from arguments to an address that answers, to its end. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { type CliRun, type CliSettings, runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const TOKEN = "0123456789abcdef";

let folder: string;
beforeAll(async () => {
  folder = await tempFolder(tinyBertFiles());
});

/** Serves until `use` is done with the address. */
async function serving(argv: string[], use: (url: string) => Promise<void>, more: CliSettings = {}): Promise<CliRun> {
  const stop = new AbortController();
  let used: Promise<void> | undefined;
  const run = await runCli(["serve", "--port", "0", ...argv], {
    ...more,
    signal: stop.signal,
    onStdout: (text) => {
      const url = /^(http:\S+)\n/.exec(text)?.[1];
      if (url !== undefined) used ??= use(url).finally(() => stop.abort());
    },
  });
  await used;
  return run;
}

describe("calig serve", () => {
  it("prints where it listens, answers, and ends when interrupted", async () => {
    const { code, stdout, stderr } = await serving(["--model", folder, "--model", `mine=${folder}`], async (url) => {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const { models } = (await (await fetch(`${url}/api/models`)).json()) as { models: { name: string }[] };
      expect(models.map(({ name }) => name)).toEqual([folder.split("/").at(-1), "mine"]);
    });
    expect([code, stdout.trim().split("\n").length]).toEqual([0, 1]);
    expect(stderr).toMatch(/Serving 2 models: .*"mine"; stop with Ctrl-C\nStopping/);
  });

  it.each([
    [["--token", TOKEN], {}],
    [[], { CALIG_TOKEN: TOKEN }],
  ])("asks for the token given by %j %j", async (argv, env) => {
    const check = async (url: string) => {
      expect((await fetch(`${url}/api/models`)).status).toBe(401);
      const answer = await fetch(`${url}/api/models`, { headers: { Authorization: `Bearer ${TOKEN}` } });
      expect(answer.status).toBe(200);
    };
    const { code } = await serving(["--model", folder, ...argv], check, { env });
    expect(code).toBe(0);
  });

  it("finishes what is under way when it, and all its processes, are told to end", async () => {
    const bin = fileURLToPath(new URL("../../packages/node/src/cli/bin.ts", import.meta.url));
    const importSource = fileURLToPath(new URL("../../scripts/import-source.mjs", import.meta.url));
    const argv = [importSource, bin, "serve", "--port", "0", "--model", `words=${folder}`];
    // A group of its own: signals of terminals and of service managers reach all of a group.
    const server = spawn(process.execPath, argv, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    try {
      const exit = once(server, "exit");
      const [line] = (await once(createInterface(server.stdout), "line")) as [string];
      const body = JSON.stringify({ text: "a fine film about nothing", steps: 64 });
      const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
      const under = await fetch(`${line}/api/explain`, { method: "POST", headers, body });
      process.kill(-(server.pid as number), "SIGTERM");
      expect(await under.text()).toContain("event: result\n");
      expect(await exit).toEqual([0, null]);
      // Its processes are gone with it.
      expect(() => process.kill(-(server.pid as number), 0)).toThrow("ESRCH");
    } finally {
      server.kill("SIGKILL");
    }
  });

  it.each([
    [["--host", "0.0.0.0"], "without a token"],
    [["--token", "short"], "at least 16 characters"],
    [["--model", "a=sst2", "--model", "a=sst2"], 'two models as "a"'],
    [["--port", "70000"], "from 0 to 65535"],
  ])("refuses %j", async (argv, message) => {
    const { code, stdout, stderr } = await runCli(["serve", ...argv]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("says what to do when another program has the port", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runCli(["serve", "--port", String(port), "--model", folder]);
    other.close();
    expect(code).toBe(2);
    expect(stderr).toContain("another program listens there; give another --port");
  });
});
