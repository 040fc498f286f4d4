/** @file Numbers as text: the same everywhere, independent of the locale of the machine. */

/** How to write numbers. */
export interface NumberStyle {
  /** Use the minus sign U+2212 instead of a hyphen. Default true. */
  readonly unicode?: boolean;
}

const MISSING = "n/a";

/**
 * Decimals that show the largest of a set of numbers with three significant digits: 0 for 120, 2 for 1.2, 3 for 0.12.
 * At most 6, and at least 2 when all are 0.
 */
export function digitsFor(bound: number): number {
  if (!(bound > 0 && Number.isFinite(bound))) return 2;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(bound))));
}

/** Decimals for numbers up to a bound, at most three: cells of tables are narrow. */
export const cellDigits = (bound: number): number => Math.min(digitsFor(bound), bound >= 0.01 ? 3 : 6);

/** `value` with a fixed number of decimals; "-0.00" is written "0.00". */
export function fixed(value: number, digits: number, { unicode = true }: NumberStyle = {}): string {
  if (!Number.isFinite(value)) return MISSING;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${unicode ? "\u2212" : "-"}${text}` : text;
}

/** `value` with an explicit sign and a fixed number of decimals; what rounds to 0 has no sign. */
export function signed(value: number, digits: number, style: NumberStyle = {}): string {
  const text = fixed(value, digits, style);
  return value > 0 && Number.isFinite(value) && Number(text) !== 0 ? `+${text}` : text;
}

/** A share of 1 in percent. A share that would round to none or all of it says so: "<0.1%", ">99.9%". */
export function percent(share: number, digits = 1): string {
  if (!Number.isFinite(share)) return MISSING;
  const smallest = 10 ** -digits;
  const value = share * 100;
  if (share > 0 && value < smallest / 2) return `<${smallest.toFixed(digits)}%`;
  if (share < 1 && value > 100 - smallest / 2) return `>${(100 - smallest).toFixed(digits)}%`;
  if (share === 0 || share === 1) return `${value}%`;
  return `${fixed(value, digits, { unicode: false })}%`;
}

/** A non-negative number with groups of three digits: "1,234.5". */
export function thousands(value: number, digits = 0): string {
  const [whole, fraction] = fixed(value, digits, { unicode: false }).split(".") as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A duration: "340 ms", "1.23 s", "2 min 5 s". */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return MISSING;
  if (value < 999.5) return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ms`;
  if (value < 59_995) return `${(value / 1000).toFixed(2)} s`;
  const seconds = Math.round(value / 1000);
  return `${thousands(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

/** An amount of memory in binary units: "512 MiB"; 0 means that nobody knows it. */
export function bytes(value: number): string {
  if (!Number.isFinite(value) || value <= 0) return "unknown";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let amount = value;
  let unit = 0;
  while (amount >= 1023.5 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 || amount >= 99.95 ? thousands(amount) : amount.toFixed(1)} ${units[unit]}`;
}

/** "1 block", "6 blocks" */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${thousands(amount)} ${amount === 1 ? noun : plural}`;
}

/** A value of an option as text: strings as they are, null as "none", the rest as JSON. */
export function optionText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.map(optionText).join(", ");
  return JSON.stringify(value) ?? String(value);
}
