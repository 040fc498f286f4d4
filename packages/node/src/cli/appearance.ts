/** @file What a terminal can show: colours, characters, background, width; from its environment. */

import { WriteStream } from "node:tty";
import type { Theme } from "@calig/core/internal/render/palette";
import type { ColorDepth } from "@calig/core/internal/render/terminal/painter";

type Environment = Readonly<Record<string, string | undefined>>;

/** Columns where nothing tells the width. */
export const DEFAULT_COLUMNS = 80;

/** Width of a terminal; some do not know theirs and say 0. */
export const terminalColumns = (columns: number | undefined): number =>
  columns === undefined || columns < 1 ? DEFAULT_COLUMNS : columns;

/**
 * Bits of colour for a stream.
 *
 * `always` and `never` decide alone; `auto` follows FORCE_COLOR, then NO_COLOR, then TERM=dumb, then whether the
 * stream is a terminal. How many colours there are, Node itself finds out from TERM, COLORTERM and the like; unlike
 * the detection of chalk, that can be asked about any environment.
 */
export function colorDepth(when: "auto" | "always" | "never", isTTY: boolean, env: Environment): ColorDepth {
  if (when === "never") return 0;
  // NO_COLOR is judged here (no-color.org: any value but the empty one): Node would print a warning about the two.
  const { NO_COLOR, FORCE_COLOR, ...rest } = env;
  if (when === "always") return Math.max(4, detected(rest)) as ColorDepth;
  if (FORCE_COLOR !== undefined) return detected({ ...rest, FORCE_COLOR });
  if ((NO_COLOR ?? "") !== "" || !isTTY) return 0;
  return detected(rest);
}

function detected(env: Environment): ColorDepth {
  const depth = WriteStream.prototype.getColorDepth({ ...env });
  return depth === 24 || depth === 8 || depth === 4 ? depth : 0;
}

/** Whether box characters and the like can be shown: not on the Linux console, not where the locale says otherwise. */
export function hasUnicode(env: Environment): boolean {
  if (env.TERM === "linux") return false;
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== "");
  return locale === undefined || /utf-?8/i.test(locale) || !/^(C|POSIX)$|\.(iso|ansi|koi|cp|windows)/i.test(locale);
}

/** Background of the terminal: some set COLORFGBG to "foreground;background", 7 and 15 being light. */
export function backgroundTheme(env: Environment): Theme {
  const background = /;(\d+)$/.exec(env.COLORFGBG ?? "")?.[1];
  return background === "7" || background === "15" ? "light" : "dark";
}
