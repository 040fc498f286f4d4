/** @file Measuring: wall and CPU time of one call, medians, texts of a given number of tokens. */

export interface Timing {
  readonly milliseconds: number;
  /** Of all threads of the process. */
  readonly cpuMilliseconds: number;
}

/** Time of one call. */
export async function timed(call: () => Promise<unknown>): Promise<Timing> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await call();
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { milliseconds, cpuMilliseconds: (user + system) / 1000 };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** Words that are one token each in BERT's vocabulary. */
const WORDS = [
  "film",
  "that",
  "never",
  "ends",
  "but",
  "shines",
  "and",
  "fades",
  "with",
  "a",
  "gripping",
  "dull",
  "plot",
];

/** A text of so many tokens, the two special ones included. */
export const textOf = (tokens: number): string =>
  Array.from({ length: tokens - 2 }, (_, i) => WORDS[(i * i + i) % WORDS.length]).join(" ");

/** Slope of log y over log x by least squares: y grows like x to this power. */
export function exponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (i: 0 | 1) => logs.reduce((sum, point) => sum + point[i], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
