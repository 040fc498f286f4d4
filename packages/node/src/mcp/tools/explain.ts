/** @file explain: which words of a text or patches of a picture support a decision, and which oppose it. */

import { writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { InputError, quote } from "@calig/core/internal/errors";
import { RENDERERS } from "@calig/core/internal/render/registry";
import type { TextRenderer } from "@calig/core/internal/render/renderer";
import { plainType } from "../../server/model-work.ts";
import { writeFailure } from "../../util/file-failure.ts";
import { brief } from "../brief.ts";
import { fieldsOf, MORE_OPTIONS, PICTURE_FIELDS, requestOf } from "../fields.ts";
import type { Tool } from "../tool.ts";

export const explainTool: Tool = {
  name: "explain",
  title: "Explain a decision",
  description:
    "Explains one decision of a Transformer model: which words of a text, or patches of a picture, support it and which oppose it, as signed attributions, with a summary in plain words that says how sure the model is and what the explanation does not tell. Repeat the cautions of the summary to the user. With `out` the whole explanation is written as a page.",
  input: {
    type: "object",
    properties: {
      ...fieldsOf("ExplainRequest", ["text", "pair"]),
      ...PICTURE_FIELDS,
      ...fieldsOf("ExplainRequest", [
        "prompt",
        "chat",
        "answer",
        "againstText",
        "model",
        "target",
        "against",
        "method",
        "effort",
        "counterfactuals",
      ]),
      language: { type: "string", description: 'Language of the summary: "en" or "de"', default: "en" },
      out: {
        type: "string",
        minLength: 1,
        description: `Also write the explanation to this file: ${RENDERERS.map(({ extension }) => `.${extension}`).join(", ")}`,
      },
      options: MORE_OPTIONS,
    },
    additionalProperties: false,
  },
  writes: true,
  async call({ language, out, ...args }, { api, folder, ...hooks }) {
    const renderer = out === undefined ? undefined : rendererFor(String(out));
    const request = await requestOf(args, folder);
    const explanation = await api.explain(request, hooks);
    const answer = brief(explanation, language as string | undefined);
    if (renderer === undefined) return answer;
    const path = resolve(folder, String(out));
    // Pictures are drawn over what was read of the file, which is where the model is.
    const content =
      explanation.layout === "text"
        ? renderer.render(explanation, language === undefined ? {} : { language: String(language) })
        : await api.render(request, plainType(renderer), hooks);
    await writeFile(path, content).catch((cause: unknown) => {
      throw new InputError((writeFailure(path, cause) as Error).message, { cause });
    });
    return { text: `${answer.text}\n\nWritten to ${path}`, data: { ...answer.data, written: path } };
  },
};

/** @throws {InputError} For an ending that no format has. */
function rendererFor(path: string): TextRenderer {
  const ending = extname(path).slice(1).toLowerCase();
  const found = RENDERERS.find(({ extension }) => extension === ending);
  if (found !== undefined) return found;
  const known = RENDERERS.map(({ extension }) => `.${extension}`).join(", ");
  throw new InputError(`Cannot write the explanation to ${quote(path)}: its ending must be one of ${known}`);
}
