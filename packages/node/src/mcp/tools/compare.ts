/** @file compare: what several attribution methods say of the same decision. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { quote } from "@calig/core/internal/errors";
import type { Fields } from "../api.ts";
import { decisionOf, rounded } from "../brief.ts";
import { fieldsOf, MORE_OPTIONS, PICTURE_FIELDS, requestOf } from "../fields.ts";
import type { Tool } from "../tool.ts";

/** Compared where none are named: the default, the plain gradient, attention, and words left out one at a time. */
const METHODS = ["ca-lig", "integrated-gradients", "gradient-rollout", "occlusion"];
/** Features of each side that are told. */
const MOST_FEATURES = 5;

export const compareTool: Tool = {
  name: "compare",
  title: "Compare methods",
  description:
    "Explains one decision by several attribution methods and says where they agree. Agreement is no proof of being right: the tool evaluate measures which method is faithful to the model.",
  input: {
    type: "object",
    properties: {
      ...fieldsOf("ExplainRequest", ["text", "pair"]),
      ...PICTURE_FIELDS,
      ...fieldsOf("ExplainRequest", ["prompt", "chat", "answer", "againstText", "model", "target", "against"]),
      methods: {
        ...fieldsOf("EvaluateRequest", ["methods"]).methods,
        description: `Methods to compare. Default: ${METHODS.join(", ")}`,
      },
      options: MORE_OPTIONS,
    },
    additionalProperties: false,
  },
  writes: false,
  async call({ methods = METHODS, ...args }, { api, folder, signal, onProgress }) {
    const names = methods as readonly string[];
    const request = await requestOf(args, folder);
    const explanations: Explanation[] = [];
    for (const [i, method] of names.entries()) {
      const own = (done: number, activity: string) => onProgress((i + done) / names.length, `${method}: ${activity}`);
      explanations.push(await api.explain({ ...request, method }, { signal, onProgress: own }));
    }
    const compared = explanations.map(comparedOf);
    const [first] = explanations;
    const lines = compared.map(
      ({ method, supporting, opposing }) => `${method}: for ${namesOf(supporting)}; against ${namesOf(opposing)}`,
    );
    const decision = first === undefined ? "" : `Explained: ${decisionOf(first)}.\n`;
    return {
      text: `${decision}${lines.join("\n")}`,
      data: { methods: compared, agreement: agreementOf(explanations) },
    };
  },
};

const comparedOf = (explanation: Explanation) => ({
  method: explanation.method.name,
  supporting: explanation.supporting.slice(0, MOST_FEATURES).map((feature): Fields => ({ ...feature })),
  opposing: explanation.opposing.slice(0, MOST_FEATURES).map((feature): Fields => ({ ...feature })),
  modelEvaluations: explanation.cost.modelEvaluations,
  warnings: explanation.warnings.map(({ code, message }) => ({ code, message })),
});

const namesOf = (features: readonly Fields[]): string =>
  features.length === 0
    ? "nothing"
    : features
        .map(({ text, row, column }) => (text === undefined ? `row ${row} column ${column}` : quote(text)))
        .join(", ");

/** Every two methods: the share of features to which they give the same sign, and the cosine of their maps. */
function agreementOf(explanations: readonly Explanation[]): readonly Fields[] {
  return explanations.flatMap((one, i) =>
    explanations.slice(i + 1).map((other) => {
      const [a, b] = [valuesOf(one), valuesOf(other)];
      const same = a.filter((value, k) => Math.sign(value) === Math.sign(b[k] as number)).length;
      return {
        methods: [one.method.name, other.method.name],
        sameSign: rounded(same / a.length),
        cosine: rounded(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)) || 0),
      };
    }),
  );
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);

/** By features that people see: words, patches; not special tokens. */
const valuesOf = ({ features, attribution }: Explanation): readonly number[] =>
  attribution.filter((_, i) => (features[i] as { readonly special?: boolean }).special !== true);
