/** @file Options of the command line that say how a model is loaded. */

/** Keys that `loadModel` takes as they are. */
export const LOADING_OPTIONS = ["dtype", "threads", "device", "stream", "memory", "acceptDifference"] as const;
