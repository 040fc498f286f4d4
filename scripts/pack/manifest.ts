/** @file What is read and written of a package.json. */

export interface Manifest {
  name: string;
  version: string;
  exports?: unknown;
  sideEffects?: boolean | readonly string[];
  scripts?: unknown;
  devDependencies?: unknown;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  [field: string]: unknown;
}
