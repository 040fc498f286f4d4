/** @file calig in browsers. Needs the package @calig/web besides. */

export * from "@calig/web";
