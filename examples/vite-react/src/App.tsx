import "@calig/web/components";
import type { TextExplanation } from "@calig/web";
import type {} from "@calig/web/react";
import { useActionState, useState } from "react";
import { explainInWorker } from "./explain-in-worker.ts";

interface Result {
  readonly explanation?: TextExplanation;
  readonly problem?: string;
}

async function explain(_: Result, form: FormData): Promise<Result> {
  try {
    return { explanation: await explainInWorker(String(form.get("text"))) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

export function App() {
  const [{ explanation, problem }, submit, isPending] = useActionState(explain, {});
  const [block, setBlock] = useState<number>();
  return (
    <main style={{ maxWidth: "44rem", margin: "2rem auto", fontFamily: "system-ui" }}>
      <h1>Why did the model decide that?</h1>
      <form action={submit}>
        <input
          name="text"
          aria-label="Text to explain"
          defaultValue={explanation?.input.text ?? "A gripping, beautifully shot film that forgets to end."}
          size={60}
        />{" "}
        <button type="submit" disabled={isPending}>
          {isPending ? "Explaining …" : "Explain"}
        </button>
      </form>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {explanation !== undefined && (
        <>
          <p>
            {explanation.target.label}, {block === undefined ? "all blocks" : `block ${block}`}
          </p>
          <calig-text explanation={explanation} block={block} />
          <calig-blocks
            explanation={explanation}
            block={block}
            oncalig-block={({ detail }) => setBlock(detail.block)}
          />
        </>
      )}
    </main>
  );
}
