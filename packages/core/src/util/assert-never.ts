/** @file Exhaustiveness check for discriminated unions. */

import { InternalError } from "../errors.ts";

/** Fails to compile when a case of a union is not handled, and throws if one slips through at run time. */
export function assertNever(value: never): never {
  throw new InternalError(`unhandled case ${JSON.stringify(value)}`);
}
