/** @file What each kind of cue finds, takes out and puts in. */

import { describe, expect, it } from "vitest";
import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { ImageInput, TextInput } from "../../attribution/input.ts";
import type { EvaluationFeature } from "../../attribution/perturbable.ts";
import { createRandom } from "../../util/random.ts";
import type { CueKind, CueSubject, Occurrence, OpenCues } from "../cue.ts";
import { bigrams } from "./bigrams.ts";
import { colours } from "./colours.ts";
import { length } from "./length.ts";
import { markup } from "./markup.ts";
import { patchKinds } from "./patch-kinds.ts";
import { picturePlaces } from "./picture-places.ts";
import { positions } from "./positions.ts";
import { scripts } from "./scripts.ts";
import { words } from "./words.ts";

function text(said: string, index = 0): CueSubject<TextInput> {
  const features = [...said.matchAll(/[\p{L}\p{N}'@#]+|[^\s\p{L}\p{N}]/gu)].map(
    ({ 0: word, index: start }, i): EvaluationFeature => ({ positions: [i + 1], start, end: start + word.length }),
  );
  return {
    index,
    input: { text: said },
    features,
    words: features.map(({ start, end }) => said.slice(start, end)),
    states: async () => [],
  };
}

const opened = async <I extends object>(kind: CueKind<I>, subjects: readonly CueSubject<I>[], blocks = 2) =>
  kind.open({ model: { programs: { blocks } } as ExplainableModel, subjects, random: createRandom("cues") });

async function cueOf<I extends object>(open: OpenCues<I>, subject: CueSubject<I>, cue: string): Promise<Occurrence> {
  const found = (await open.find(subject)).find((own) => own.cue === cue);
  if (found === undefined) throw new Error(`${cue} was not found`);
  return found;
}

const random = () => createRandom("change");

describe("cues of texts", () => {
  it("are words, whatever their capitals, taken out without a trace and put in between words", async () => {
    const subject = text("Great film, a GREAT cast");
    const open = await opened(words, [subject]);
    const great = await cueOf(open, subject, "great");
    expect(great.features).toEqual([0, 4]);
    expect(open.removed(subject, great, random())).toEqual({ text: "film, a cast" });
    const other = text("It drags on");
    const put = (open.inserted(other, { subject, occurrence: great }, random()) as TextInput).text;
    expect(put.split(" ").sort()).toEqual(["Great", "It", "drags", "on"]);
    expect(open.removed(text("Alone"), await cueOf(open, text("Alone"), "alone"), random())).toBeUndefined();
  });
  it("are words of scripts without spaces, put in without spaces", async () => {
    const [subject, other] = [
      text("好"),
      { ...text("电影很长"), features: [0, 2].map((s) => ({ positions: [s + 1], start: s, end: s + 2 })) },
    ];
    const open = await opened(words, [subject]);
    const put = open.inserted(other, { subject, occurrence: await cueOf(open, subject, "好") }, random()) as TextInput;
    expect(put.text.replace("好", "")).toBe("电影很长");
    expect(put.text).not.toContain(" ");
  });
  it("are pairs of words that several inputs have", async () => {
    const subjects = [text("a bad film"), text("so bad film"), text("bad film."), text("a good film")];
    const open = await opened(bigrams, subjects);
    expect((await open.find(subjects[0] as CueSubject<TextInput>)).map(({ cue }) => cue)).toEqual(["bad film"]);
    expect(await open.find(subjects[3] as CueSubject<TextInput>)).toEqual([]);
  });
  it("are markup, each by what is written", async () => {
    const subject = text("@bob see https://x.org/a?b=1 !! <br> 42 times #now\nFrom: me\n> quoted WOW soooo");
    const open = await opened(markup, [subject]);
    expect((await open.find(subject)).map(({ cue }) => cue).sort()).toEqual(
      [
        "HTML tag",
        "address of a page",
        "exclamation mark",
        "hashtag (#word)",
        "header line (Name: ...)",
        "letter repeated",
        "mention (@name)",
        "number",
        "quoted line (>)",
        "semicolon or colon",
        "word in capitals",
      ].sort(),
    );
    const mention = await cueOf(open, subject, "mention (@name)");
    expect((open.removed(subject, mention, random()) as TextInput).text).toMatch(/^see https/);
    const quoted = await cueOf(open, subject, "quoted line (>)");
    expect(open.inserted(text("It drags"), { subject, occurrence: quoted }, random())).toEqual({
      text: "> quoted WOW soooo\nIt drags",
    });
  });
  it.each([
    ["<b>bold</b> <br/> <a href=x>", true],
    ["In <Apr.13.1993@host.edu> and <https://a.org/x> he wrote a < b > c", false],
  ])("are tags of HTML, and no addresses in brackets: %s", async (said, has) => {
    const open = await opened(markup, []);
    expect((await open.find(text(said))).some(({ cue }) => cue === "HTML tag")).toBe(has);
  });
  it("are places that do not lie on each other", async () => {
    const open = await opened(positions, []);
    const [short, long] = [text("one two three"), text("a b c d e f g h i j k l m n o p")];
    expect((await open.find(short)).map(({ cue, features }) => [cue, ...features])).toEqual([
      ["1", 0],
      ["2", 1],
      ["-1", 2],
    ]);
    const last = await cueOf(open, long, "-1");
    expect(open.inserted(short, { subject: long, occurrence: last }, random())).toEqual({ text: "one two three p" });
    const first = await cueOf(open, long, "1");
    expect(open.inserted(short, { subject: long, occurrence: first }, random())).toEqual({ text: "a one two three" });
  });
  it("are lengths, which controls keep", async () => {
    const subjects = Array.from({ length: 12 }, (_, i) =>
      text(Array.from({ length: 2 + i }, (_, w) => `w${w}`).join(" "), i),
    );
    const open = await opened(length, subjects);
    const [short, long] = [subjects[0], subjects[11]] as [CueSubject<TextInput>, CueSubject<TextInput>];
    const example = { subject: short, occurrence: await cueOf(open, short, "short") };
    expect((open.inserted(long, example, random()) as TextInput).text).toBe("w0 w1");
    const control = open.control as NonNullable<typeof open.control>;
    expect((control.inserted(long, example, random()) as TextInput).text.split(" ")).toHaveLength(13);
    expect((open.removed(short, example.occurrence, random()) as TextInput).text.split(" ")).toHaveLength(7);
    expect(await open.find(subjects[5] as CueSubject<TextInput>)).toEqual([]);
  });
  it("are words of a script that most do not have", async () => {
    const subject = text("хороший film");
    const open = await opened(scripts, [subject, text("a good film")]);
    const found = await cueOf(open, subject, "Cyrillic");
    expect(open.removed(subject, found, random())).toEqual({ text: "film" });
  });
});

/** A picture of 8 x 8 patches of one pixel each. */
function picture(
  colour: (x: number, y: number) => readonly [number, number, number],
  index = 0,
): CueSubject<ImageInput> {
  const data = new Uint8Array(8 * 8 * 3);
  const features: EvaluationFeature[] = [];
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      data.set(colour(x, y), (y * 8 + x) * 3);
      features.push({
        positions: [y * 8 + x],
        start: 0,
        end: 0,
        area: { x: x / 8, y: y / 8, width: 1 / 8, height: 1 / 8 },
      });
    }
  }
  const image = { width: 8, height: 8, data };
  const states = async () => features.map((_, f) => Float32Array.from(data.subarray(3 * f, 3 * f + 3), (v) => v / 255));
  return { index, input: { image }, features, words: features.map(() => ""), states };
}

const isBorder = (x: number, y: number) => x === 0 || y === 0 || x === 7 || y === 7;
const pixel = ({ image }: ImageInput, x: number, y: number) => [
  ...image.data.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3),
];

describe("cues of pictures", () => {
  const grey = picture(() => [90, 90, 90], 0);
  const framed = picture((x, y) => (isBorder(x, y) ? [250, 0, 0] : [90, 90, 90]), 1);

  it("are colours and borders, put in where they are and covered by another picture", async () => {
    const open = await opened(colours, [grey, framed]);
    expect((await open.find(framed)).map(({ cue }) => cue)).toEqual(["red", "grey", "red border"]);
    const border = await cueOf(open, framed, "red border");
    const put = open.inserted(grey, { subject: framed, occurrence: border }, random()) as ImageInput;
    expect([...put.image.data]).toEqual([...framed.input.image.data]);
    const without = open.removed(framed, border, random()) as ImageInput;
    expect([...without.image.data]).toEqual([...grey.input.image.data]);
    // As many patches of what the example has elsewhere.
    const control = open.control?.inserted(grey, { subject: framed, occurrence: border }, random()) as ImageInput;
    expect([...control.image.data]).not.toEqual([...framed.input.image.data]);
  });
  it("are places: cells that cover the picture, corners, the border", async () => {
    const open = await opened(picturePlaces, [grey, framed]);
    const found = await open.find(grey);
    const cells = found.filter(({ cue }) => cue.startsWith("cell"));
    expect(cells.flatMap(({ features }) => features).sort((a, b) => a - b)).toEqual([...grey.features.keys()]);
    expect(found.find(({ cue }) => cue === "border")?.features).toHaveLength(28);
    const corner = await cueOf(open, framed, "top left");
    const put = open.inserted(grey, { subject: framed, occurrence: corner }, random()) as ImageInput;
    expect([pixel(put, 0, 0), pixel(put, 1, 1), pixel(put, 7, 7)]).toEqual([
      [250, 0, 0],
      [90, 90, 90],
      [90, 90, 90],
    ]);
  });
  it("are kinds of patches, whatever their place: what is alone of its kind in a picture is so in all of them", async () => {
    const dotted = Array.from({ length: 6 }, (_, i) =>
      picture((x, y) => (x === i && y === 7 - i ? [0, 0, 255] : [90, 90, 90]), i),
    );
    const open = await opened(patchKinds, dotted);
    const kinds = await Promise.all(
      dotted.map(async (one, i) => (await open.find(one)).find(({ features }) => features.includes((7 - i) * 8 + i))),
    );
    expect(kinds.map((kind) => kind?.features.length)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
