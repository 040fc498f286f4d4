import { chmod, mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useTempFolders } from "../../../../test/support/temp-folder.ts";
import { checkWritable, ensureFolder, looksLikeFolder, startFile, writeWhole } from "./write-file.ts";

const tempFolder = useTempFolders();

describe("startFile()", () => {
  test("shows nothing before commit, and leaves nothing else after it", async () => {
    const folder = await tempFolder({ "a.txt": "before" });
    const path = join(folder, "a.txt");
    const file = await startFile(path);
    await file.write("af");
    await file.write("ter");
    expect(await readFile(path, "utf8")).toBe("before");
    await file.commit();
    expect(await readFile(path, "utf8")).toBe("after");
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  test("leaves an existing file whole when discarded", async () => {
    const folder = await tempFolder({ "a.txt": "before" });
    const file = await startFile(join(folder, "a.txt"));
    await file.write("half");
    await file.discard();
    expect(await readdir(folder)).toEqual(["a.txt"]);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("before");
  });

  test("follows links and keeps permissions", async () => {
    const folder = await tempFolder({ "real.txt": "before" });
    await chmod(join(folder, "real.txt"), 0o640);
    await symlink(join(folder, "real.txt"), join(folder, "link.txt"));
    await writeWhole(join(folder, "link.txt"), "after");
    expect(await readFile(join(folder, "real.txt"), "utf8")).toBe("after");
    expect((await stat(join(folder, "real.txt"))).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(["link.txt", "real.txt"]);
  });

  test("writes to devices directly", async () => {
    await writeWhole("/dev/null", "gone");
    expect((await stat("/dev/null")).isFile()).toBe(false);
  });
});

test("discard() removes the temporary file when the move failed", async () => {
  const folder = await tempFolder();
  const path = join(folder, "a");
  const file = await startFile(path);
  await file.write("x");
  await mkdir(path);
  await expect(file.commit()).rejects.toThrow();
  await file.discard();
  expect(await readdir(folder)).toEqual(["a"]);
});

test("looksLikeFolder() knows folders and paths written like folders", async () => {
  const folder = await tempFolder({ "a.txt": "" });
  expect(await looksLikeFolder(folder)).toBe(true);
  expect(await looksLikeFolder(join(folder, "new/"))).toBe(true);
  expect(await looksLikeFolder(join(folder, "a.txt"))).toBe(false);
  expect(await looksLikeFolder(join(folder, "new"))).toBe(false);
});

test("ensureFolder() makes folders, and says when a file is in the way", async () => {
  const folder = await tempFolder({ "a.txt": "" });
  await ensureFolder(join(folder, "b/c/"));
  expect((await stat(join(folder, "b/c"))).isDirectory()).toBe(true);
  await expect(ensureFolder(join(folder, "a.txt"))).rejects.toThrow("there is a file of that name");
  await expect(ensureFolder(join(folder, "a.txt/b"))).rejects.toThrow("a part of the path is a file");
});

test("checkWritable() asks for the folder to be made first", async () => {
  const folder = await tempFolder({ "a.txt": "" });
  await checkWritable(join(folder, "a.txt"));
  await checkWritable(join(folder, "new.txt"));
  await expect(checkWritable(join(folder, "none/new.txt"))).rejects.toThrow(
    /there is no folder ".*none"; make it first/,
  );
});
