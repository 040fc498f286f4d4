/** @file The version of the package, where no package.json can be read: a part of the keys of what is kept. */

export const VERSION = "0.1.0";
