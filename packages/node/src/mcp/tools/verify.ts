/** @file verify: whether a model is computed rightly. */

import type { CheckResult } from "@calig/core/internal/verification/verification";
import { fieldsOf } from "../fields.ts";
import type { Tool } from "../tool.ts";

export const verifyTool: Tool = {
  name: "verify",
  title: "Verify a model",
  description:
    "Checks that calig computes a model rightly: its programs against each other and the untouched file, and gradients against finite differences.",
  input: {
    type: "object",
    properties: fieldsOf("VerifyRequest", ["model", "texts", "seed"]),
    additionalProperties: false,
  },
  writes: false,
  async call(args, { api, ...hooks }) {
    const data = await api.verify(args, hooks);
    const checks = data.checks as readonly CheckResult[];
    return { text: checks.map(({ name, status }) => `${name}: ${status}`).join("\n"), data };
  },
};
