/**
 * @file Counts what a body of JSON holds while its bytes come in: how deep it is nested, how many fields and items it
 * has. What is too much is known before anything is parsed, and no piece takes long.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Counts of a text that is valid JSON; of any other text they say nothing but that it is no JSON, or how large it is. */
export interface JsonCounts {
  /** Objects and lists within each other, at the deepest place. */
  readonly depth: number;
  /** Fields of all objects. */
  readonly fields: number;
  /** Elements of all lists, and at least the number of fields. */
  readonly items: number;
  /** Whether everything that was opened is closed again, as in every valid text. */
  readonly closed: boolean;
}

/** Give it a text in UTF-8 piece by piece. A class, because a piece may end within a string. */
export class JsonScan {
  #inString = false;
  #escaped = false;
  #open = 0;
  #depth = 0;
  #fields = 0;
  #items = 0;
  #wrong = false;

  /** Cost: one step per byte; bytes within strings are skipped by a search. */
  add(bytes: Uint8Array): void {
    let i = 0;
    while (i < bytes.length) {
      if (this.#inString) {
        i = this.#skipString(bytes, i);
        continue;
      }
      switch (bytes[i]) {
        case QUOTE:
          this.#inString = true;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          this.#open++;
          // What was opened holds one element more than it has commas, unless it is empty.
          this.#items++;
          if (this.#open > this.#depth) this.#depth = this.#open;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          this.#open--;
          if (this.#open < 0) this.#wrong = true;
          break;
        case COMMA:
          this.#items++;
          break;
        case COLON:
          this.#fields++;
          break;
        default:
      }
      i++;
    }
  }

  get counts(): JsonCounts {
    return {
      depth: this.#depth,
      fields: this.#fields,
      items: this.#items,
      closed: this.#open === 0 && !this.#inString && !this.#wrong,
    };
  }

  /** Where the string ends, or the piece. */
  #skipString(bytes: Uint8Array, from: number): number {
    let i = from;
    if (this.#escaped) {
      this.#escaped = false;
      i++;
    }
    for (; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === BACKSLASH) {
        if (i + 1 === bytes.length) this.#escaped = true;
        i++;
      } else if (byte === QUOTE) {
        this.#inString = false;
        return i + 1;
      }
    }
    return bytes.length;
  }
}
