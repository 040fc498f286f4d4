/** @file What extensions of calig are made with: their types, the functions that define and combine them, and test kits. */

export * from "@calig/core/extend";
