/** @file Error classes of the whole package. Each carries a `code` and the structured facts a caller may need. */

/** A value that explains itself in an error message: strings quoted, shapes as `[1, 2]`, the rest as JSON. */
export function quote(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (Array.isArray(value)) return `[${value.map(quote).join(", ")}]`;
  if (value === undefined) return "undefined";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return JSON.stringify(value) ?? String(value);
}

/** `"a", "b"`: all words, quoted. */
export const wordList = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(", ");

/** Characters of a message. Names and values that a file holds may be of any length. */
const LONGEST_MESSAGE = 10_000;

/** The beginning and the end, where the remedy is, of what is too long to be read. */
export function brief(text: string, longest = LONGEST_MESSAGE): string {
  if (text.length <= longest) return text;
  const half = Math.floor(longest / 2);
  return `${text.slice(0, half)} ... (${text.length - 2 * half} characters left out) ... ${text.slice(-half)}`;
}

/** Thrown when bytes are not a model: `offset` in bytes and `path` like `graph.node[12].attribute[0]` where known. */
export class OnnxParseError extends SyntaxError {
  override readonly name = "OnnxParseError";
  readonly code = "CALIG_ONNX_PARSE";
  constructor(
    message: string,
    readonly path?: string,
    options?: ErrorOptions,
  ) {
    super(brief(message), options);
  }
}

/** Thrown when a checkpoint folder or one of its files is missing, truncated or inconsistent. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
  readonly code = "CALIG_CHECKPOINT";
  constructor(
    message: string,
    readonly file?: string,
    options?: ErrorOptions,
  ) {
    super(brief(message), options);
  }
}

/** One reason why a valid model cannot be handled. */
export interface ModelIssue {
  readonly node?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly opset?: number;
  readonly reason: string;
}

/** Thrown when a model is valid but calig cannot handle it; lists every issue at once. */
export class UnsupportedModelError extends Error {
  override readonly name = "UnsupportedModelError";
  readonly code = "CALIG_UNSUPPORTED_MODEL";
  constructor(
    message: string,
    readonly issues: readonly ModelIssue[] = [],
  ) {
    super(brief(message));
  }
}

/** Thrown when shapes disagree. */
export class ShapeError extends RangeError {
  override readonly name = "ShapeError";
  readonly code = "CALIG_SHAPE";
  constructor(message: string, options?: ErrorOptions) {
    super(brief(message), options);
  }
}

/** Thrown when the blocks or the attention of a Transformer are not found; lists every part that is missing at once. */
export class AnatomyError extends Error {
  override readonly name = "AnatomyError";
  readonly code = "CALIG_ANATOMY";
  constructor(
    message: string,
    /** What was looked for in vain, one line each. */
    readonly problems: readonly string[] = [],
  ) {
    super(brief(message));
  }
}

/** Thrown when the engine failed to load or run a program. */
export class ExecutionError extends Error {
  override readonly name = "ExecutionError";
  readonly code = "CALIG_EXECUTION";
  constructor(message: string, options?: ErrorOptions) {
    super(brief(message), options);
  }
}

/** Thrown when what calig computes lies too far from what the model's own file answers to an input. */
export class DifferenceError extends Error {
  override readonly name = "DifferenceError";
  readonly code = "CALIG_DIFFERENCE";
  constructor(
    message: string,
    /** Largest |difference| of a logit. */
    readonly moved: number,
    /** Largest |logit| of the file. */
    readonly largest: number,
  ) {
    super(brief(message));
  }
}

/** Thrown when a run contradicts what the model itself says, so that its attributions would explain something else. */
export class ConsistencyError extends Error {
  override readonly name = "ConsistencyError";
  readonly code = "CALIG_CONSISTENCY";
  constructor(message: string, options?: ErrorOptions) {
    super(brief(message), options);
  }
}

/** Thrown when the caller gave an option that cannot be used. */
export class InvalidOptionError extends RangeError {
  override readonly name = "InvalidOptionError";
  readonly code = "CALIG_INVALID_OPTION";
  constructor(
    message: string,
    readonly option: string,
    readonly value?: unknown,
    readonly allowed?: readonly string[],
  ) {
    super(brief(message));
  }
}

/** Thrown when the input (text, image, file) cannot be explained. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code = "CALIG_INPUT";
  constructor(message: string, options?: ErrorOptions) {
    super(brief(message), options);
  }
}

/** Thrown when an extension (method, metric, family, ...) is defined or combined wrongly, or a plugin cannot be loaded. */
export class ExtensionError extends Error {
  override readonly name = "ExtensionError";
  readonly code = "CALIG_EXTENSION";
  constructor(
    message: string,
    /** "method", "metric", ...; "plugin" for files. */
    readonly kind: string,
    options?: ErrorOptions,
  ) {
    super(brief(message), options);
  }
}

/** Thrown on misuse of the command line; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "CALIG_USAGE";
  constructor(message: string, options?: ErrorOptions) {
    super(brief(message), options);
  }
}

/** A bug in calig itself; the message starts with "internal:". */
export class InternalError extends Error {
  override readonly name = "InternalError";
  readonly code = "CALIG_INTERNAL";
  constructor(message: string) {
    super(`internal: ${message}`);
  }
}

/** Every error class above: what the command line prints without a stack. */
export function isCaligError(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    typeof (error as { code?: unknown }).code === "string" &&
    (error as unknown as { code: string }).code.startsWith("CALIG_")
  );
}

/**
 * The member of `allowed` that `value` names.
 *
 * @throws {InvalidOptionError} When it names none; the message lists all allowed values.
 */
export function keyword<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  throw new InvalidOptionError(
    `Unknown ${option} ${quote(value)}: use one of ${wordList(allowed)}`,
    option,
    value,
    allowed,
  );
}
