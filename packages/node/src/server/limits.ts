/** @file What one client, and all together, may ask of the server. */

/** What a server bears; beyond it requests are refused. */
export interface ServerLimits {
  /** Largest body of a request, bytes. */
  readonly bodyBytes: number;
  /** All bodies together that have not come whole, bytes; the one that takes longest gives way. */
  readonly bodiesBytes: number;
  /** Longest that a body may take to come, milliseconds. */
  readonly bodyMs: number;
  /** Least bytes per second of a body, and how long that is watched, milliseconds. */
  readonly bodyRate: number;
  readonly bodyRateMs: number;
  /** Objects and lists within each other in a body; fields of all its objects; elements of all its lists and objects. */
  readonly jsonDepth: number;
  readonly jsonFields: number;
  readonly jsonItems: number;
  /** Longest that one explanation may wait, and then take, milliseconds. */
  readonly timeoutMs: number;
  /** Explanations that are worked on at once. */
  readonly concurrency: number;
  /** Explanations that may wait besides. */
  readonly queue: number;
  /** Longest text: UTF-16 units, known before it is read, and tokens, special ones included. */
  readonly characters: number;
  readonly tokens: number;
  /** Largest picture, pixels; several of one request count together. */
  readonly pixels: number;
  /** Memory for the activations of one run of the engine, bytes. Work is stopped between runs only, so they are short. */
  readonly runBytes: number;
  /** Rows of one evaluation. */
  readonly evaluationRows: number;
  /** Evaluations that may wait while one is measured. */
  readonly evaluationQueue: number;
  /** Longest that one evaluation may take, milliseconds. */
  readonly evaluationTimeoutMs: number;
  /** Ended evaluations whose results are kept; the oldest goes first. */
  readonly evaluationsKept: number;
  /** Rows of one run over a data set, and of each of its shards. */
  readonly runRows: number;
  readonly runShardRows: number;
  /** Runs that may wait while one is worked on. */
  readonly runQueue: number;
  /** Ended runs that are kept on the disk; the oldest goes first. */
  readonly runsKept: number;
  /** Longest until the headers of a request are there, and until all of it is, milliseconds. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** Longest that a client may take to read on in an answer that is ready, milliseconds. */
  readonly answerMs: number;
  /** Connections at once. For one more, the one is closed that has sent no whole request for longest. */
  readonly connections: number;
}

/** Limits of the server where nothing else is said: bytes, milliseconds, numbers of requests. */
export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 8 * 2 ** 20,
  bodiesBytes: 128 * 2 ** 20,
  bodyMs: 30_000,
  bodyRate: 1000,
  bodyRateMs: 5000,
  jsonDepth: 32,
  jsonFields: 10_000,
  jsonItems: 200_000,
  timeoutMs: 120_000,
  // The engine itself uses all cores: two at once take as long as one after the other, and twice the memory.
  concurrency: 1,
  queue: 32,
  characters: 100_000,
  // What the classifiers with the longest reach read at once.
  tokens: 8192,
  pixels: 25_000_000,
  runBytes: 64 * 2 ** 20,
  evaluationRows: 1000,
  evaluationQueue: 4,
  evaluationTimeoutMs: 60 * 60_000,
  evaluationsKept: 16,
  runRows: 100_000,
  runShardRows: 10_000,
  runQueue: 16,
  runsKept: 64,
  headersMs: 10_000,
  requestMs: 40_000,
  answerMs: 30_000,
  connections: 1024,
};
