/** @file The folder of a run below another one. */

/** Names of compared methods and of cues may say more than names of folders can: "ca-lig, zero". */
export const runName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^[._]+/, "_");
