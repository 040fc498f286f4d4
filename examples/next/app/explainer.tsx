"use client";

import "@calig/web/components";
import type {} from "@calig/web/react";
import { useActionState, useState } from "react";
import { explainText } from "./actions";

export function Explainer() {
  const [{ explanation, problem }, submit, isPending] = useActionState(explainText, {});
  const [block, setBlock] = useState<number>();
  return (
    <>
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
    </>
  );
}
