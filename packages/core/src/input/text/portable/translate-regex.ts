/** @file Regular expressions of the native library (Oniguruma) as those of JavaScript, with the flags g and u. */

/** What Unicode calls white space: \s of JavaScript has U+FEFF besides, and lacks U+0085. */
const CLASSES: Readonly<Record<string, string>> = {
  s: "\\p{White_Space}",
  d: "\\p{Nd}",
  w: "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d",
};
/** Characters that are a letter besides its two cases. */
const MORE_CASES: Readonly<Record<string, string>> = { s: "\u017f", k: "\u212a" };

/**
 * Classes of characters are written out, and groups that ignore case, (?i:...), spell both cases.
 *
 * @throws {SyntaxError} For what JavaScript does not know.
 */
export function translateRegex(source: string): RegExp {
  let result = "";
  let inClass = false;
  /** For each open group whether case is ignored in it. */
  const groups: boolean[] = [];
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    if (char === "\\") {
      const next = source[++i] ?? "";
      result += translateEscape(next, inClass);
    } else if (inClass) {
      inClass = char !== "]";
      result += char;
    } else if (char === "[") {
      inClass = true;
      result += char;
      // A bracket that comes first is one of the characters.
      if (source.startsWith("]", i + 1) || source.startsWith("^]", i + 1)) {
        const first = source.slice(i + 1, source.indexOf("]", i) + 1);
        result += first.replace("]", "\\]");
        i += first.length;
      }
    } else if (source.startsWith("(?i:", i)) {
      groups.push(true);
      result += "(?:";
      i += 3;
    } else if (char === "(") {
      groups.push(groups.at(-1) ?? false);
      result += char;
    } else if (char === ")") {
      groups.pop();
      result += char;
    } else {
      result += groups.at(-1) === true && /[a-z]/i.test(char) ? bothCases(char) : char;
    }
  }
  return new RegExp(result, "gu");
}

function translateEscape(letter: string, inClass: boolean): string {
  const lower = letter.toLowerCase();
  if (!Object.hasOwn(CLASSES, lower)) return `\\${letter}`;
  const inside = CLASSES[lower] as string;
  if (letter === lower) return inClass ? inside : `[${inside}]`;
  if (!inClass) return `[^${inside}]`;
  // One property can be denied within a class, several together cannot.
  return lower === "w" ? `\\${letter}` : inside.replace("\\p", "\\P");
}

function bothCases(letter: string): string {
  const lower = letter.toLowerCase();
  return `[${lower}${lower.toUpperCase()}${MORE_CASES[lower] ?? ""}]`;
}
