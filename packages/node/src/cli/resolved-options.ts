/** @file Options of the command that numbers depend on besides those of methods: of loading models and of reading inputs. */

import type { GivenOptions } from "@calig/core/internal/options/option";
import { ROW_OPTIONS } from "../node/read-rows.ts";
import { given } from "./given.ts";
import type { RunOptions } from "./run-options.ts";

const OTHER_OPTIONS = ["dtype", "device", "acceptDifference", "textLimit", ...ROW_OPTIONS] as const;

/** @param fileOptions - How inputs that are files are read. */
export const otherOptions = (
  options: Pick<RunOptions, (typeof OTHER_OPTIONS)[number]>,
  fileOptions: GivenOptions,
): GivenOptions => ({ ...given(options, OTHER_OPTIONS), ...fileOptions });
