import type { TextExplanation } from "@calig/web";
import type { Answer, Question } from "./messages.ts";

const worker = new Worker(new URL("./explain.worker.ts", import.meta.url), { type: "module" });
let questions = 0;

/** Explains a text in the worker, so that the page never waits. */
export function explainInWorker(text: string): Promise<TextExplanation> {
  questions += 1;
  const question: Question = { id: questions, text };
  return new Promise((resolve, reject) => {
    const listen = ({ data }: MessageEvent<Answer>): void => {
      if (data.id !== question.id) return;
      worker.removeEventListener("message", listen);
      if ("explanation" in data) resolve(data.explanation);
      else reject(new Error(data.problem));
    };
    worker.addEventListener("message", listen);
    worker.postMessage(question);
  });
}
