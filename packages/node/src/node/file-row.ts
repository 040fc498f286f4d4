/** @file One row of a file of texts. */

import type { InputError } from "@calig/core/internal/errors";

export interface FileRow {
  /** Line of the file that the row starts on, from 1; of a list in JSON, the number of the item. */
  readonly line: number;
  /** Values by field or column; those of tables are texts. */
  readonly fields: Readonly<Record<string, unknown>> | InputError;
  /** Where the row has more or fewer cells than the table has columns: then other rows may be split wrongly, too. */
  readonly ragged?: true;
}
