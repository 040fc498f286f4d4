/** @file A kind of input of a plugin through the faces: the command line, and the server with its page. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NamedExplanation } from "@calig/core";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { beforeAll, describe, expect, it } from "vitest";
import { post, refusalOf } from "../server/support.ts";
import { bundle } from "../support/bundle.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { sound, tinyAudioFiles, wav } from "../support/tiny-audio.ts";

const PLUGIN = fileURLToPath(new URL("../../examples/extend/audio-modality.ts", import.meta.url));
/** Enough of the paths for what is asserted here. */
const QUICK = ["--steps", "2", "--tolerance", "10"];

const tempFolder = useTempFolders();
let model: string;
let clips: string;
beforeAll(async () => {
  model = await tempFolder(tinyAudioFiles());
  clips = await tempFolder({
    "bell/low.wav": wav(sound(1)),
    "bell/two.wav": wav(sound(1), sound(3)),
    "dog/high.wav": wav(sound(2)),
    "notes.md": "no sound",
  });
});

const run = (...argv: string[]) => runCli([...argv, "--model", model, "--plugin", PLUGIN]);
const json = async <T>(...argv: string[]): Promise<T> => {
  const { code, stdout, stderr } = await run(...argv, "--json");
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout) as T;
};

describe("a kind of input of a plugin on the command line", () => {
  it("is explained by an option of its name, read by options of its own, and drawn by every format", async () => {
    const clip = join(clips, "bell/two.wav");
    const explained = (...argv: string[]) => json<NamedExplanation>("explain", "--audio", clip, ...QUICK, ...argv);
    const first = await explained();
    expect(first.input).toMatchObject({ kind: "audio", text: "0.0s 0.1s 0.2s 0.3s 0.4s 0.5s 0.6s 0.7s" });
    expect((await explained("--channel", "0")).attribution).toEqual(first.attribution);
    expect((await explained("--channel", "1")).attribution).not.toEqual(first.attribution);
    const silent = await explained("--baseline", "silence");
    expect(silent.method.options).toMatchObject({ baseline: "silence" });
    const custom = await explained("--baseline", "custom", "--baseline-audio", join(clips, "dog/high.wav"));
    expect(custom.attribution).not.toEqual(first.attribution);
    for (const format of ["html", "svg", "markdown", "terminal"]) {
      const { code, stdout } = await run("explain", "--audio", clip, ...QUICK, "--format", format);
      expect([format, code]).toEqual([format, 0]);
      expect(stdout).toContain("0.7s");
      expect(stdout).toMatch(/frames/i);
    }
  });

  it("is explained file by file, measured on a folder of classes, compared and verified", async () => {
    const lines = await run("explain", "--input", clips, ...QUICK, "--format", "json");
    expect(
      lines.stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { source: { id: string } }).source.id),
    ).toEqual(["bell/low.wav", "bell/two.wav", "dog/high.wav"]);
    const measured = await json<Evaluation>(
      ...[
        "evaluate",
        "--dataset",
        clips,
        "--methods",
        "occlusion",
        "--metrics",
        "deletion",
        "--replacement",
        "silence",
      ],
    );
    expect(measured.dataset).toMatchObject({ size: 3, measured: 3, accuracy: { inputs: 3 } });
    expect(measured.settings).toMatchObject({ features: "frame", replacements: [{ name: "silence" }] });
    const clip = join(clips, "dog/high.wav");
    const compared = await run("compare", "--audio", clip, "--methods", "occlusion,saliency");
    expect(compared.stdout).toContain("0.7s");
    const verified = await json<{ passed: boolean; inputs: unknown }>("verify", "--audio", clip);
    expect(verified).toMatchObject({ passed: true, inputs: { own: 1 } });
  });

  it.each([
    [
      ["explain", "--audio", "none.wav"],
      1,
      /^Error: Cannot read the sound "none\.wav": there is no such file; give a sound file \(WAV of 16 bits\)/,
    ],
    [
      ["explain", "--audio", PLUGIN],
      1,
      /^Error: Cannot read .*audio-modality\.ts: it is no WAV; give a WAV of 16 bits/,
    ],
    [
      ["explain", "--audio", "a.wav", "--image", "b.png"],
      2,
      /^Error: Cannot explain --image and --audio at once: give one/,
    ],
    [["explain", "a bell"], 1, /^Error: Cannot explain a text with model ".*": it reads sounds; give a sound/],
    [["explain", "--audio", "a.wav", "--channel", "9"], 2, /Cannot use --channel "9": give a whole number from 0 to 7/],
  ])("says what is wrong: %j", async (argv, code, said) => {
    const { stderr, ...made } = await run(...argv);
    expect([made.code, stderr]).toEqual([code, expect.stringMatching(said)]);
  });

  it("needs a model that reads it, and its plugin", async () => {
    const clip = join(clips, "dog/high.wav");
    const without = await runCli(["explain", "--audio", clip, "--model", model]);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('Unknown option "--audio"')]);
    const other = await runCli(["explain", "--audio", clip, "--model", "sst2", "--plugin", PLUGIN]);
    expect(other.stderr).toMatch(
      /Cannot explain the sound ".*high\.wav" with model "sst2": it reads texts; name a model that reads sounds/,
    );
    const none = await runCli(["explain", "--audio", clip, "--plugin", PLUGIN]);
    expect(none.stderr).toContain(
      "Cannot choose a model: no built-in one reads sounds; name one that does with --model",
    );
    const help = await runCli(["explain", "--help", "--plugin", PLUGIN], { columns: 200 });
    expect(help.stdout).toMatch(/--audio <FILE> +sound to explain; needs a model that reads sounds/);
    expect(help.stdout).toMatch(/--channel <N> +which channel of a sound is heard/);
  });
});

describe("a kind of input of a plugin over HTTP", () => {
  /** What `use` finds at a server of the model, started on the command line with the plugin. */
  async function serving(use: (url: string) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    let used: Promise<void> | undefined;
    // As JavaScript with a calig of its own in it: the process of the model reads no TypeScript, and has another calig.
    const folder = await tempFolder({ "package.json": '{ "type": "module" }' });
    const [plugin = ""] = await bundle(PLUGIN, folder);
    const argv = ["serve", "--port", "0", "--model", `bells=${model}`, "--plugin", plugin];
    const { code } = await runCli(argv, {
      signal: stop.signal,
      onStdout: (text) => {
        const url = /^(http:\S+)\n/.exec(text)?.[1];
        if (url !== undefined) used ??= use(url).finally(() => stop.abort());
      },
    });
    await used;
    expect(code).toBe(0);
  }

  it("is a field of requests, with its options, and of the description", async () => {
    const audio = Buffer.from(await readFile(join(clips, "bell/two.wav"))).toString("base64");
    await serving(async (url) => {
      const ask = (body: object, accept = "application/json") =>
        post(`${url}/api/explain`, { steps: 2, tolerance: 10, ...body }, { headers: { Accept: accept } });
      const explained = async (body: object) => {
        const answer = await ask(body);
        const made = (await answer.json()) as NamedExplanation;
        expect([answer.status, made]).toEqual([200, expect.objectContaining({ input: expect.anything() })]);
        return made;
      };
      const { models } = (await (await fetch(`${url}/api/models`)).json()) as { models: object[] };
      expect(models).toMatchObject([
        { name: "bells", kind: "audio", default: true, input: { field: "audio", called: "sound", features: "frames" } },
      ]);
      const first = await explained({ audio, baseline: "silence" });
      expect(first.input).toMatchObject({ kind: "audio", text: "0.0s 0.1s 0.2s 0.3s 0.4s 0.5s 0.6s 0.7s" });
      expect((await explained({ audio, channel: 1 })).attribution).not.toEqual(first.attribution);
      expect((await explained({ audio, baseline: { audio } })).completeness?.scoreAtBaseline).toBeCloseTo(
        first.completeness?.scoreAtInput ?? Number.NaN,
      );
      expect(await (await ask({ audio }, "text/html")).text()).toContain("0.7s");
      for (const [body, message] of [
        [{ audio, channel: 9 }, /body\.channel must be at most 7/],
        [{ audio: "AAAA" }, "Cannot read audio: it is no WAV; give a WAV of 16 bits and 1600 samples a second"],
        [{ audio, background: "white" }, /background goes/],
        [{ text: "a bell" }, 'No model of this server reads texts; its models are "bells"'],
        [{ text: "a bell", model: "bells" }, 'Model "bells" reads sounds, not texts'],
        [{ image: "AAAA" }, 'No model of this server reads images; its models are "bells"'],
      ] as const) {
        const refused = await refusalOf(await ask(body));
        expect(refused).toMatchObject({ status: 422, message: expect.stringMatching(message) as unknown });
      }
      const { components } = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
        components: { schemas: Record<string, { properties: object }> };
      };
      expect(components.schemas.ExplainRequest?.properties).toMatchObject({
        audio: { description: "Instead of a text: sound in Base64 or as a data URI (WAV of 16 bits)" },
        channel: { type: "integer", minimum: 0, maximum: 7 },
      });
    });
  });
});
