import { explain, loadModel } from "@calig/web";
import type { Answer, Question } from "./messages.ts";

// The model is downloaded once, when the first text comes; texts are explained one after the other.
let model: ReturnType<typeof loadModel> | undefined;
let last: Promise<unknown> = Promise.resolve();

async function answer({ id, text }: Question): Promise<Answer> {
  try {
    model ??= loadModel(new URL("/models/sst2/", self.location.origin));
    return { id, explanation: await explain(await model, text) };
  } catch (error) {
    model = undefined;
    return { id, problem: error instanceof Error ? error.message : String(error) };
  }
}

self.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  last = last.then(async () => self.postMessage(await answer(data)));
});
