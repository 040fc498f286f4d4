/** @file calig without a platform: the explanation of a loaded model, its options and its renderers. */

export * from "@calig/core";
