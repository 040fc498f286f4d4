/** @file inspect: the models that can be asked, and what is known of them. */

import type { Fields } from "../api.ts";
import type { Tool } from "../tool.ts";

export const inspectTool: Tool = {
  name: "inspect",
  title: "Models",
  description:
    "Lists the models that can be asked: what each reads, its classes, blocks and heads, what it was trained on and how often it is right at each probability, where that is known.",
  input: { type: "object", properties: {}, additionalProperties: false },
  writes: false,
  async call(_args, { api }) {
    const { models } = (await api.get("/api/models")) as { readonly models: readonly Fields[] };
    const lines = models.map(({ name, kind, labels }) => {
      const classes = labels as readonly string[];
      const told = classes.length > 20 ? `${classes.length} classes` : classes.join(", ");
      return `${name}: reads ${kind}; ${told}`;
    });
    return { text: lines.join("\n"), data: { models } };
  },
};
