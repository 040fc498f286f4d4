/** @file The requests of docs/server.md, typed into a shell as they stand there, with curl and jq, against a server of small models. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { openParquet } from "@calig/node/internal/node/parquet/read";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { codeBlocks, isRequests } from "../support/code-blocks.ts";
import { documentedFiles } from "../support/documented-files.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { type TestServer, useModels, useServers } from "./support.ts";

const blocks = codeBlocks().filter(isRequests);
const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();
let folder: string;
let server: TestServer;
beforeAll(async () => {
  // An answer that is an error is one of the command, too.
  folder = await tempFolder({ ...documentedFiles(), ".curlrc": "fail-with-body\n" });
  const { width, height, data } = syntheticPicture(16, 16);
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder, "photo.jpg"));
  const models = await Promise.all(
    Object.entries({ sst2: "my-bert", pictures: "my-vit", writer: "smollm2" }).map(async ([name, place]) => ({
      name,
      model: await load(join(folder, place)),
    })),
  );
  server = await start({ models, runsFolder: join(folder, "runs") });
});

/** Types lines into a shell, and says what it prints: the address is the one of this server. */
async function type(lines: string): Promise<string> {
  const script = lines.replace(/^url=.*$/m, "");
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", `url=${server.url}\n${script}`], {
    cwd: folder,
    env: { ...process.env, CURL_HOME: folder },
    maxBuffer: 2 ** 26,
  }).catch((error: { readonly code: unknown; readonly stdout: string; readonly stderr: string }) => {
    const { code, stdout = "", stderr = "" } = error;
    const about = code === 127 ? "curl and jq are needed (Debian: apt-get install curl jq)" : `ended with ${code}`;
    throw new Error(`the shell: ${about}\n${stderr}\n${stdout.slice(0, 1000)}`);
  });
  return stdout;
}

describe("the requests of docs/server.md", () => {
  it("are three blocks", () => expect(blocks.map(({ page }) => page)).toEqual(Array(3).fill("docs/server.md")));

  it.each(blocks)("$page:$line are answered", async ({ text }) => {
    expect((await type(text)).length).toBeGreaterThan(50);
  });

  it("leave the files that they name", async () => {
    expect(await readFile(join(folder, "why.html"), "utf8")).toContain("gripping");
    const shard = await openParquet(join(folder, "explanations.parquet"));
    expect(shard.rows).toBe(2);
    await shard.close();
  });
});
