/** @file The files of a place with a disk for engines that read none: their bytes instead of their paths. */

import type { ModelStore, PlacedFile } from "./model-store.ts";

/** The same store, whose weights are given as bytes. Cost: they are read, and held in memory. */
export function storeInMemory(store: ModelStore): ModelStore {
  const onDisk = new WeakMap<PlacedFile, PlacedFile>();
  const { named, cached } = store;
  return {
    ...store,
    list: (folder) => store.list(folder),
    text: (path) => store.text(path),
    bytes: (path, range) => store.bytes(path, range),
    async place(path) {
      const file = await store.place(path);
      const bytes = file !== undefined && "path" in file ? await store.bytes(path) : undefined;
      if (file === undefined || bytes === undefined) return file;
      const held = { size: bytes.length, bytes };
      onDisk.set(held, file);
      return held;
    },
    sha256: (files) => store.sha256(files.map((file) => onDisk.get(file) ?? file)),
    ...(named === undefined
      ? {}
      : { named: async (model: string) => (await named.call(store, model)).map(storeInMemory) }),
    ...(cached === undefined
      ? {}
      : {
          async cached(model: string) {
            const found = await cached.call(store, model);
            return found === undefined ? undefined : storeInMemory(found);
          },
        }),
  };
}
