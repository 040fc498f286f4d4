/** @file A graph in which every name says nothing: what finds its way there does not go by names. */

import type { Graph, Node } from "@calig/core/internal/onnx/model";
import { type Anatomy, classifierAnatomy, classLogitsOf, streamOf } from "@calig/core/internal/transformer/anatomy";
import { createRandom } from "@calig/core/internal/util/random";

/** The graph with all names replaced by random ones, and what each value is called now. */
export function scramble(graph: Graph, seed = "scramble"): { graph: Graph; renamed(value: string): string } {
  const random = createRandom(seed);
  const names = new Map<string, string>([["", ""]]);
  const fresh = () => Array.from({ length: 10 }, () => String.fromCharCode(97 + random.below(26))).join("");
  const renamed = (value: string): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const name = fresh();
    names.set(value, name);
    return name;
  };
  const scrambled = (own: Graph): Graph => ({
    name: fresh(),
    inputs: own.inputs.map((value) => ({ ...value, name: renamed(value.name) })),
    outputs: own.outputs.map((value) => ({ ...value, name: renamed(value.name) })),
    values: own.values.map((value) => ({ ...value, name: renamed(value.name) })),
    initializers: own.initializers.map((tensor) => ({ ...tensor, name: renamed(tensor.name) })),
    nodes: own.nodes.map(
      (node): Node => ({
        ...node,
        name: fresh(),
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
        attributes: Object.fromEntries(
          Object.entries(node.attributes).map(([name, attribute]) => [
            name,
            attribute.kind === "graph" ? { ...attribute, value: scrambled(attribute.value) } : attribute,
          ]),
        ),
      }),
    ),
  });
  return { graph: scrambled(graph), renamed };
}

/** The anatomy in the names that `renamed` gives. */
export function renamedAnatomy(anatomy: Anatomy, renamed: (value: string) => string): Anatomy {
  const [stream, logits] = [streamOf(anatomy), classLogitsOf(anatomy)];
  const { inputs, wordEmbeddings: words } = stream;
  return classifierAnatomy(
    {
      ...stream,
      inputs: Object.fromEntries(Object.entries(inputs).map(([role, name]) => [role, renamed(name)])),
      ...(words === undefined ? {} : { wordEmbeddings: { value: renamed(words.value), table: renamed(words.table) } }),
      hiddenStates: stream.hiddenStates.map(renamed),
      attentionProbabilities: stream.attentionProbabilities.map(renamed),
    },
    { ...logits, value: renamed(logits.value) },
  );
}
