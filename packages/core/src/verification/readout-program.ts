/** @file The end of a model as a program: from what the last block gives to the logits. */

import { extractGraph } from "../graph/extract.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import { encodeProgram } from "../program/encode-program.ts";
import { floats } from "../program/fetches.ts";
import { joinRows, sliceRows, usedFeeds } from "../program/rows.ts";
import type { Feeds, Session } from "../runtime/runtime.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { traceDataFlow } from "../transformer/locate/data-flow.ts";
import { createSearch } from "../transformer/locate/search.ts";

export interface ReadoutProgram {
  /** What the last block gives of the input [1, positions, width]. */
  state(): Promise<FloatTensor>;
  /** Logits of any number of such states. */
  logits(states: FloatTensor): Promise<FloatTensor>;
  dispose(): Promise<void>;
}

/** Undefined where no value behind the last block has all positions. */
export async function openReadout({ source }: AssembledModel, feeds: Feeds): Promise<ReadoutProgram | undefined> {
  const { forward, runtime, session: options } = source;
  const end = lastState(forward);
  if (end === undefined) return undefined;
  const { graph, anatomy, opsets } = forward;
  const compile = (name: string, part: Parameters<typeof extractGraph>[1]): Promise<Session> =>
    runtime.compile(encodeProgram(extractGraph(graph, part), opsets, runtime), { ...options, name });
  const shape = ["rows", "positions", streamOf(anatomy).width];
  const before = await compile("all blocks", { outputs: [end] });
  const behind = await compile("readout", {
    inputs: [{ name: end, dtype: "float32", shape }],
    outputs: [logitsOf(anatomy).value],
  });
  return {
    state: async () => floats(await before.run(usedFeeds(before, feeds)), end),
    async logits(states) {
      // One by one: what is read may depend on the input of each row, and files may take no more than one.
      const rows: FloatTensor[] = [];
      for (let row = 0; row < (states.shape[0] ?? 0); row++) {
        const own = { ...usedFeeds(behind, feeds), [end]: sliceRows(states, row, row + 1) };
        rows.push(floats(await behind.run(own), logitsOf(anatomy).value));
      }
      return joinRows(rows);
    },
    async dispose() {
      await before.dispose();
      await behind.dispose();
    },
  };
}

/** The last value [batch, positions, width] through which every path from the last block to the logits leads. */
function lastState({ graph, anatomy, opsets }: TransformerGraph): string | undefined {
  const search = createSearch(graph, opsets);
  const entry = streamOf(anatomy).hiddenStates.at(-1) as string;
  const flow = traceDataFlow(search, [entry], logitsOf(anatomy).value);
  const attention = flow.place(streamOf(anatomy).attentionProbabilities.at(-1) as string);
  const positions = search.shape(entry)?.[1];
  return flow.cuts
    .filter((cut) => {
      const shape = search.shape(cut);
      return (
        cut !== logitsOf(anatomy).value &&
        flow.place(cut) > attention &&
        shape?.length === 3 &&
        shape[2] === streamOf(anatomy).width &&
        shape[1] === positions
      );
    })
    .at(-1);
}
