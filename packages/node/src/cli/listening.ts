/** @file Why a server cannot listen, as its user is told. */

import { quote, UsageError } from "@calig/core/internal/errors";

/** The same error where it is none that a user can mend. */
export function cannotListen(cause: unknown, host: string, port: number): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  const found: Readonly<Record<string, string>> = {
    EADDRINUSE: "another program listens there; give another --port, or --port 0 for a free one",
    EACCES: "permission is denied; give a --port above 1023",
    EADDRNOTAVAIL: "this machine has no such address; give another --host",
    ENOTFOUND: "there is no such host; give another --host",
  };
  const why = found[code ?? ""];
  return why === undefined ? cause : new UsageError(`Cannot listen on ${quote(host)}, port ${port}: ${why}`, { cause });
}
