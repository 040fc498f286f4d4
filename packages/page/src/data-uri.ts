/** @file Files as data URIs. */

import { ClientError } from "./client.ts";

/** @throws {ClientError} When the file has gone meanwhile. */
export function dataUri(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new ClientError("The file cannot be read; drop it again", "InputError"));
    reader.readAsDataURL(file);
  });
}
