"use server";

import { explain, type LoadedModel, loadModel, type TextExplanation } from "calig/node";

export interface Result {
  readonly explanation?: TextExplanation;
  readonly problem?: string;
}

// Loaded once, when the first text comes, and kept when modules are replaced in development.
const kept = globalThis as { model?: Promise<LoadedModel> };

/** Explains what was typed, on the server. The engine has a thread of its own: other requests are answered meanwhile. */
export async function explainText(_: Result, form: FormData): Promise<Result> {
  try {
    kept.model ??= loadModel("sst2", { thread: true });
    return { explanation: await explain(await kept.model, String(form.get("text"))) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
