/** @file Pictures with outlined objects: read from folders in the layout of YOLO, and measured. */

import { join } from "node:path";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { defaultMetrics, metricByName } from "@calig/core/internal/evaluation/metrics";
import { loadModel, readDataset } from "@calig/node";
import { readClassMap } from "@calig/node/internal/node/datasets/class-map";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const NAMES = "path: .\ntrain: images\n\nnames:\n  0: ball # round\n  1: 'box'\n  7: \"star\"\n\nnc: 3\n";
let dots: Buffer;
let stripes: Buffer;

beforeAll(async () => {
  const picture = (of: (i: number) => number) =>
    sharp(
      Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => of(i)),
      { raw: { width: 16, height: 16, channels: 3 } },
    )
      .png()
      .toBuffer();
  [dots, stripes] = await Promise.all([picture((i) => (i * 37) % 256), picture((i) => (i % 48 < 24 ? 20 : 220))]);
});

const folderWith = (files: Files = {}) =>
  tempFolder({
    "data.yaml": NAMES,
    "images/train/a.png": dots,
    "images/train/b.png": stripes,
    "images/train/unlabelled.png": dots,
    "labels/train/a.txt": "7 0.25 0.25 0.5 0.5\n\n1 0 0 1 0 1 0.5 0 0.5\n",
    "labels/train/b.txt": "0 0 0 1 0 0.5 1\n",
    ...files,
  });

describe("readDataset() of a folder with labels/ and images/", () => {
  test("reads boxes and polygons, with the names of the categories, of pictures that have labels", async () => {
    const { items, problems } = await readDataset(await folderWith());
    expect(problems).toEqual([]);
    expect(items.map(({ line, id }) => [line, id])).toEqual([
      [1, join("train", "a.png")],
      [2, join("train", "b.png")],
    ]);
    expect(items[0]?.objects).toEqual([
      {
        category: "star",
        classes: ["star"],
        outline: [
          [0, 0],
          [0.5, 0],
          [0.5, 0.5],
          [0, 0.5],
        ],
      },
      {
        category: "box",
        classes: ["box"],
        outline: [
          [0, 0],
          [1, 0],
          [1, 0.5],
          [0, 0.5],
        ],
      },
    ]);
    expect(items[1]?.objects?.map(({ category, outline }) => [category, outline.length])).toEqual([["ball", 3]]);
  });

  test("finds images/ beside the folder, and reads lists of names", async () => {
    const root = await folderWith({
      "masks/config.yml": "names: [ball, 'box']\n",
      "masks/labels/train/a.txt": "1 0.5 0.5 1 1\n",
      "lists/config.yaml": "names:\n- ball\n- star\n",
      "lists/labels/train/a.txt": "1 0.5 0.5 1 1\n",
    });
    const categories = async (name: string) =>
      (await readDataset(join(root, name))).items.flatMap(({ objects = [] }) =>
        objects.map(({ category }) => category),
      );
    expect(await categories("masks")).toEqual(["box"]);
    expect(await categories("lists")).toEqual(["star"]);
  });

  test.each([
    ["an unknown category", "9 0.5 0.5 1 1\n", /a\.txt: line 1: there is no category 9/],
    ["too few numbers", "0 0.5 0.5 1\n", /a\.txt: line 1: after the category come 4 numbers of a box, or at least 3/],
    ["pixels instead of shares", "0 1 1 1 1\n0 12 40 3 3\n", /a\.txt: line 2: after the category .* each 0 to 1/],
    ["words", "ball 0 0 1 1\n", /a\.txt: line 1: there is no category NaN/],
  ])("names the file and the line of %s, or leaves the picture out", async (_, content, message) => {
    const folder = await folderWith({ "labels/train/a.txt": content });
    await expect(readDataset(folder)).rejects.toThrow(message);
    const { items, problems } = await readDataset(folder, { badRows: "skip" });
    expect([items.length, problems.length]).toEqual([1, 1]);
  });

  test.each([
    [{ "data.yaml": "path: .\n" }, 'data.yaml does not list the categories; name them in data.yaml as "names:"'],
    [{ "images/train/a.png": "", "labels/train/a.txt": "" }, undefined],
  ])("says what a folder lacks (%#)", async (files, message) => {
    const folder = await folderWith(files);
    if (message === undefined) expect((await readDataset(folder)).items[0]?.objects).toEqual([]);
    else await expect(readDataset(folder)).rejects.toThrow(message);
  });

  test("says where images/ belongs", async () => {
    const folder = await tempFolder({ "inner/data.yaml": NAMES, "inner/labels/a.txt": "0 0.5 0.5 1 1" });
    await expect(readDataset(join(folder, "inner"))).rejects.toThrow(
      "it has labels/ but there is no images/, neither in it nor beside it",
    );
  });
});

describe("readClassMap()", () => {
  const read = async (content: string) => readClassMap(join(await tempFolder({ "map.json": content }), "map.json"));

  test("reads names and indices", async () => {
    expect(await read('{"ball": ["circle", 4], "box": []}')).toEqual({ ball: ["circle", 4], box: [] });
  });

  test.each([
    ["{", /it is not valid JSON; give an object such as/],
    ["[1]", /it is no object/],
    ['{"ball": "circle", "box": [1.5], "star": [2]}', /"ball", "box" has no list of names or indices/],
  ])("refuses %s", async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  test("is refused where there are no outlined objects", async () => {
    const folder = await tempFolder({ "set.tsv": "label\ttext\n", "star/a.png": dots });
    await expect(readDataset(folder, { classMap: {} })).rejects.toThrow(
      "it has no outlined objects; give a folder with",
    );
  });
});

describe("metrics of agreement on pictures", () => {
  test("are measured where the predicted class means an object, and only there", async () => {
    await using model = await loadModel(await tempFolder(tinyVitFiles()));
    const named = ["pointing-game", "energy-in-mask", "auprc"].map(metricByName);
    const measure = async (classMap: Record<string, (string | number)[]>) => {
      const dataset = await readDataset(await folderWith(), { classMap });
      return evaluate(model, dataset, {
        namedMethods: [{ name: "random", options: { method: "random" }, randomControl: true }],
        metrics: named,
      });
    };
    const all = { ball: [0, 1, 2], box: [0, 1, 2], star: [] };
    const every = await measure(all);
    expect(every.dataset.accuracy).toMatchObject({ value: 1 });
    for (const { measurements } of every.inputs) {
      const { "pointing-game": hit, "energy-in-mask": energy } = measurements.random!;
      expect([0, 1]).toContain(hit![0]);
      expect(energy![0]).toBeGreaterThan(0);
      expect(energy![0]).toBeLessThan(1);
    }
    const some = await measure({ ...all, ball: [] });
    expect(some.inputs.map(({ correct }) => correct)).toEqual([true, false]);
    expect(some.inputs.map(({ measurements }) => measurements.random!["pointing-game"] === null)).toEqual([
      false,
      true,
    ]);
    expect(some.inputs[0]?.measurements).toEqual(every.inputs[0]?.measurements);
  });

  test("are those for any marks, not those for texts", async () => {
    const dataset = await readDataset(await folderWith());
    const names = defaultMetrics(dataset).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["pointing-game", "energy-in-mask", "auprc", "deletion"]));
    expect(names).not.toEqual(expect.arrayContaining(["token-f1"]));
    expect(names).not.toEqual(expect.arrayContaining(["iou-f1"]));
  });

  test("calig evaluate takes the folder and the map", async () => {
    const folder = await folderWith({ "map.json": '{"ball": [0, 1, 2], "box": [0, 1, 2]}' });
    const argv = ["--dataset", folder, "--class-map", join(folder, "map.json"), "--methods", "random", "--json"];
    const run = await runCli([
      "evaluate",
      "--model",
      await tempFolder(tinyVitFiles()),
      ...argv,
      "--metrics",
      "pointing-game",
    ]);
    expect(run.code).toBe(0);
    const { dataset, figures } = JSON.parse(run.stdout) as {
      readonly dataset: { readonly measured: number };
      readonly figures: readonly { readonly name: string }[];
    };
    expect([dataset.measured, figures.map(({ name }) => name)]).toEqual([2, ["pointing-game"]]);
    const refused = await runCli(["evaluate", "--model", "none", ...argv, "--metrics", "token-f1"]);
    expect(refused.code).not.toBe(0);
  });
});
