/** @file How far a download is. */

export interface DownloadProgress {
  readonly file: string;
  readonly loadedBytes: number;
  /** Undefined where the server does not say. */
  readonly totalBytes: number | undefined;
}
