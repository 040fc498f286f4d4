import { appendFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useTempFolders } from "../../../../test/support/temp-folder.ts";
import { openMeasurementStore } from "./measurement-store.ts";

const tempFolder = useTempFolders();

describe("openMeasurementStore()", () => {
  test("remembers in the next run what was put, key by key", async () => {
    const path = join(await tempFolder(), "out.json.partial.jsonl");
    const first = await openMeasurementStore(path);
    expect(first.found).toBe(0);
    await first.put("input 1", { "deletion@1": [0.25], "auprc@1": null });
    expect(first.get("input 1")).toEqual({ "deletion@1": [0.25], "auprc@1": null });
    await first.close();
    const second = await openMeasurementStore(path);
    expect(second.found).toBe(1);
    expect(second.get("input 1")).toEqual({ "deletion@1": [0.25], "auprc@1": null });
    expect(second.get("input 2")).toBeUndefined();
    await second.put("input 1", { "insertion@1": [0.5] });
    await second.close();
    const third = await openMeasurementStore(path);
    expect(third.get("input 1")).toEqual({ "deletion@1": [0.25], "auprc@1": null, "insertion@1": [0.5] });
    await third.close();
  });

  test("survives a line that was cut off, and writes the next one whole", async () => {
    const path = join(await tempFolder(), "cut.jsonl");
    const first = await openMeasurementStore(path);
    await first.put("a", { "m@1": [1] });
    await first.close();
    await appendFile(path, '{"key":"b","measure');
    const second = await openMeasurementStore(path);
    expect(second.found).toBe(1);
    await second.put("c", { "m@1": [3] });
    await second.close();
    const third = await openMeasurementStore(path);
    expect([third.found, third.get("a"), third.get("c")]).toEqual([2, { "m@1": [1] }, { "m@1": [3] }]);
    await third.close();
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(4);
  });

  test("makes no file before the first measurement, and removes it when asked", async () => {
    const path = join(await tempFolder(), "none.jsonl");
    const store = await openMeasurementStore(path);
    await expect(stat(path)).rejects.toThrow("ENOENT");
    await store.put("a", { "m@1": [1] });
    await store.remove();
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });
});
