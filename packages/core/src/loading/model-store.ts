/** @file Where the files of a model are: the one thing that loading asks, whatever the place is. */

/** A file that tensors are read from: one that the engine maps, or one whose bytes are in memory. */
export type PlacedFile =
  | {
      /** Bytes. */
      readonly size: number;
      /** Real path, all links followed: the engine refuses files that leave their folder. */
      readonly path: string;
    }
  | { readonly size: number; readonly bytes: Uint8Array };

/** Some bytes of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The files of one model, by their path in its folder ("onnx/model.onnx"). Instances: a folder on disk (the caches of
 * Hugging Face and of transformers.js are such folders), an address, dropped files, contents, the browser's cache.
 */
export interface ModelStore {
  /** What the model is called where nothing else is said. */
  readonly name: string;
  /** What errors call the place: the path of the folder, or the name. */
  readonly where: string;
  /** What to do about a file that is not there, for errors. */
  readonly remedy?: string;
  /** Whether the place can be listed. Where it cannot, asking for a file that is not there is seen (a 404), and avoided. */
  readonly listed: boolean;
  /**
   * What lies in a folder of the model, folders with a "/" at their end; nothing where there is no such folder.
   *
   * @param folder - Default: the model's own.
   */
  list(folder?: string): Promise<readonly string[]>;
  /** The text of a small file; undefined where there is none. @throws {CheckpointError} When it cannot be read. */
  text(path: string): Promise<string | undefined>;
  /**
   * The bytes of a file, or some of them: fewer where the file ends. Undefined where there is none.
   *
   * @throws {CheckpointError} When they cannot be read.
   */
  bytes(path: string, range?: ByteRange): Promise<Uint8Array | undefined>;
  /** Where the engine finds a file; undefined where there is none. Cost: a place without a disk reads all of it. */
  place(path: string): Promise<PlacedFile | undefined>;
  /** SHA-256 of the bytes of files of such places, one after the other. Cost: they are read. */
  sha256(files: readonly PlacedFile[]): Promise<string>;
  /** Stores of other models that a name may mean in this place, as adapters name their base. Default: none. */
  named?(model: string): Promise<readonly ModelStore[]>;
  /** A model of that name in a cache, which is meant where nothing nearer is. */
  cached?(model: string): Promise<ModelStore | undefined>;
}
