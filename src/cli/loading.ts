/** @file Options of the command line that say how a model is loaded. */

/** Keys that `loadModel` takes as they are. */
export const LOADING_OPTIONS = ["dtype", "threads", "stream", "memory"] as const;
