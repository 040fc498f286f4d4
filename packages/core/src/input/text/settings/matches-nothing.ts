/**
 * @file Whether a regular expression may match nothing at all: a piece of text of no length. Read in the syntax of Oniguruma,
 * which the native library has, without running it.
 */

/** Escapes that stand for a place, not for a character; references may be to a group of nothing. */
const PLACES = /^\\(?:[bBAzZGKyY]|[1-9]|k<|k'|g<|g')/;
const QUANTIFIER = /^(?:[*+?]|\{(\d*)(,?)\d*\})[?+]*/;

/** True also where it cannot be told: what is said to match something always does. */
export function mayMatchNothing(pattern: string): boolean {
  const reader = new Reader(pattern);
  return reader.alternatives() || !reader.isAtEnd;
}

class Reader {
  #at = 0;
  readonly #pattern: string;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** Up to the end of the group: whether one of the alternatives may be nothing. */
  alternatives(): boolean {
    let some = this.#sequence();
    while (this.#take("|")) some = this.#sequence() || some;
    return some;
  }

  /** Whether all of the parts may be nothing. */
  #sequence(): boolean {
    let all = true;
    while (!this.isAtEnd && !this.#sees("|") && !this.#sees(")")) {
      const may = this.#part();
      all = (this.#isOptional() || may) && all;
    }
    return all;
  }

  #part(): boolean {
    if (this.#take("(")) return this.#group();
    if (this.#sees("[")) {
      this.#skipClass();
      return false;
    }
    if (this.#take("^") || this.#take("$")) return true;
    if (!this.#sees("\\")) {
      this.#at++;
      return false;
    }
    const isPlace = PLACES.test(this.#rest);
    this.#at += 2;
    // \p{L} and \x{41} are one character; \Q and its like are not read.
    const braces = /^[\\][pPx]\{[^}]*\}/.exec(this.#pattern.slice(this.#at - 2));
    if (braces !== null) this.#at += braces[0].length - 2;
    if (!isPlace) return false;
    const name = /^(?:<[^>]*>|'[^']*')/.exec(this.#rest);
    this.#at += name?.[0].length ?? 0;
    return true;
  }

  #group(): boolean {
    const look = /^\?(?:[=!]|<[=!])/.exec(this.#rest);
    const flags = /^\?[a-zA-Z-]+[:)]/.exec(this.#rest);
    const plain = /^\?(?:[:>|~]|<[^>]+>|'[^']+'|#)/.exec(this.#rest);
    const head = look ?? flags ?? plain;
    // Of what begins in another way, nothing is known.
    if (head === null && this.#sees("?")) return this.#giveUp();
    this.#at += head?.[0].length ?? 0;
    if (flags !== null) {
      // Blanks mean nothing where they are for reading.
      if (/x/.test(flags[0])) return this.#giveUp();
      if (flags[0].endsWith(")")) return true;
    }
    const may = this.alternatives();
    if (!this.#take(")")) return this.#giveUp();
    return may || look !== null || head?.[0] === "?#" || head?.[0] === "?~";
  }

  #isOptional(): boolean {
    let optional = false;
    for (;;) {
      const found = QUANTIFIER.exec(this.#rest);
      if (found === null) return optional;
      this.#at += found[0].length;
      const [whole, least = ""] = found;
      optional ||= /^[*?]/.test(whole) || (whole.startsWith("{") && !(Number(least) > 0));
    }
  }

  /** Classes may lie in each other. */
  #skipClass(): void {
    this.#at++;
    this.#take("^");
    if (this.#sees("]")) this.#at++;
    while (!this.isAtEnd && !this.#take("]")) {
      if (this.#sees("[")) this.#skipClass();
      else this.#at += this.#sees("\\") ? 2 : 1;
    }
  }

  #giveUp(): boolean {
    this.#at = this.#pattern.length;
    return true;
  }

  get #rest(): string {
    return this.#pattern.slice(this.#at, this.#at + 100);
  }

  #sees(char: string): boolean {
    return this.#pattern[this.#at] === char;
  }

  #take(char: string): boolean {
    const found = this.#sees(char);
    if (found) this.#at++;
    return found;
  }
}
