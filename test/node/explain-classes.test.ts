/** @file One input for several classes: the numbers of each alone, with one forward pass of the input. */

import { explain } from "@calig/core/internal/attribution/explain";
import { explainClasses } from "@calig/core/internal/attribution/explain-classes";
import { classColumns, classesHtml, classesMarkdown } from "@calig/core/internal/report/classes/side-by-side";
import { type LoadedModel, loadModel } from "@calig/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const TEXT = "a fine film, not a dull one";
const QUICK = { steps: 4, quadrature: "gauss-legendre", tolerance: 10 } as const;

let folder: string;
let model: LoadedModel;
beforeAll(async () => {
  folder = await tempFolder(tinyBertFiles());
  model = await loadModel(folder);
});
afterAll(() => model.dispose());

test("every class has the numbers that it has alone, the most probable first, for one forward pass of the input and one of the baseline", async () => {
  let forwards = 0;
  const counting = new Proxy(model.programs, {
    get(programs, name) {
      const value = Reflect.get(programs, name) as unknown;
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (name === "forward") forwards++;
        return Reflect.apply(value, programs, given) as unknown;
      };
    },
  });
  const watched = { ...model, modality: model.modality, programs: counting };
  await explain(watched, TEXT, QUICK);
  const alone = forwards;
  forwards = 0;
  const all = await explainClasses(watched, TEXT, QUICK);
  expect(all).toHaveLength(3);
  expect(all.map(({ target }) => target.index)).toEqual(all[0]?.predictions.map(({ index }) => index));
  expect(forwards).toBe(2 + 3 * (alone - 2));
  for (const each of all) {
    const own = await explain(model, TEXT, { ...QUICK, target: each.target.index });
    expect({ ...each, cost: 0 }).toEqual({ ...own, cost: 0 });
  }
});

test("takes as many classes as asked for, and refuses what has one output", async () => {
  expect(await explainClasses(model, TEXT, { ...QUICK, classes: 2 })).toHaveLength(2);
  await expect(explainClasses(model, TEXT, { classes: 0 })).rejects.toThrow("give a whole number >= 1");
  const one = { ...model, labels: ["score"] } as unknown as LoadedModel;
  await expect(explainClasses(one, TEXT)).rejects.toThrow("it does not have several outputs");
});

test("are shown side by side on one scale, as a page, Markdown and on the terminal", async () => {
  const all = await explainClasses(model, TEXT, QUICK);
  const page = classesHtml(all);
  expect(page.match(/<div><h3>/g)).toHaveLength(3);
  expect(page.match(/<article/g)).toHaveLength(3);
  // The strongest word of all classes alone has the strongest colour.
  const [beside = ""] = page.split("<article");
  expect([...beside.matchAll(/class="w [pn]20/g)]).toHaveLength(1);
  const names = classColumns(all).map(({ name }) => name);
  expect(classesMarkdown(all)).toContain(`| ${names[0]} |`);
  const run = await runCli(["explain", TEXT, "--model", folder, "--all-classes", "--steps", "4", "--tolerance", "10"]);
  expect(run.code).toBe(0);
  for (const name of names) expect(run.stdout).toContain(name);
});

test.each<[string[], string]>([
  [["--target", "yes"], "Cannot use --target with --all-classes"],
  [["--format", "svg"], "Cannot use --format svg with --all-classes: use one of json, html, markdown"],
  [["--out", "x.png"], "its ending must be one of"],
])("calig explain --all-classes refuses %j", async (argv, message) => {
  const run = await runCli(["explain", TEXT, "--model", folder, "--all-classes", ...argv]);
  expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(message)]);
});
