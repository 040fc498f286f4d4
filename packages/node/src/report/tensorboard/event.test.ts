/** @file Events and records byte by byte as TensorBoard's own code writes them (tools/make_tensorboard_reference.py). */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { encodeEvent, encodeFileVersion } from "./event.ts";
import { tfRecord } from "./record.ts";

const { records } = JSON.parse(
  readFileSync(new URL("../../../../../test/golden/tensorboard.json", import.meta.url), "utf8"),
) as { records: string[] };

const WALL_TIME = 1_700_000_000.25;

it("encodeEvent() and tfRecord() write what TensorBoard writes", () => {
  const events = [
    encodeFileVersion(WALL_TIME),
    encodeEvent({
      wallTime: WALL_TIME,
      step: 0,
      values: [
        { kind: "scalar", tag: "completeness error/block 00", value: 0.1 },
        {
          kind: "text",
          tag: "explanation",
          markdown: "# Why\n\n| word | attribution |\n|---|---|\n| naïve <b>film</b> 🎬 | +0.50 |\n",
        },
      ],
    }),
    encodeEvent({
      wallTime: WALL_TIME,
      step: 300,
      values: [
        {
          kind: "image",
          tag: "evidence/block 00",
          width: 720,
          height: 300,
          channels: 3,
          png: Uint8Array.from({ length: 256 }, (_, i) => i),
        },
        { kind: "scalar", tag: "zero", value: 0 },
      ],
    }),
  ];
  expect(events.map((event) => Buffer.from(tfRecord(event)).toString("base64"))).toEqual(records);
});
