/** @file methods: the attribution methods and their options. */

import type { MethodList } from "@calig/core/internal/options/form";
import type { Tool } from "../tool.ts";

export const methodsTool: Tool = {
  name: "methods",
  title: "Methods and options",
  description:
    "Lists the attribution methods, the default first, and the options that explain, compare and evaluate take.",
  input: { type: "object", properties: {}, additionalProperties: false },
  writes: false,
  async call(_args, { api }) {
    const list = (await api.get("/api/methods")) as unknown as MethodList;
    return { text: list.methods.map(({ name, summary }) => `${name}: ${summary}`).join("\n"), data: { ...list } };
  },
};
