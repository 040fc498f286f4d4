/** @file What is told of a download. */

/** How far the download of a file is. */
export interface DownloadProgress {
  /** In the folder of the model. */
  readonly file: string;
  readonly loadedBytes: number;
  /** Undefined where the server does not say. */
  readonly totalBytes: number | undefined;
}
