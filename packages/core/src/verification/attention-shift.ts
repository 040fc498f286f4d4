/** @file Programs that compute logits with the attention of one block moved by a pattern. */

import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import { rewireInputs } from "../graph/rewire.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { Graph } from "../onnx/model.ts";
import { encodeProgram } from "../program/encode-program.ts";
import { floats } from "../program/fetches.ts";
import { joinRows, sliceRows, usedFeeds } from "../program/rows.ts";
import type { Feeds, Session } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";

/** What A * (1 + D) is fed: D [rows, 1, queries, keys]. */
const SHIFT = "verification.shift";

export interface AttentionShift {
  /** Logits with the attention A of a block replaced by A * (1 + offset * pattern), one row for each offset. */
  logits(
    hiddenState: FloatTensor,
    feeds: Feeds,
    shift: { readonly block: number; readonly pattern: FloatTensor; readonly offsets: readonly number[] },
  ): Promise<FloatTensor>;
  dispose(): Promise<void>;
}

/** One program for each block that is asked for, of the graph that the sweep is made of. */
export async function openAttentionShift({ source, programs }: AssembledModel): Promise<AttentionShift> {
  const { sweep, runtime, session: options } = source;
  const sessions = new Map<number, Session>();
  const open = async (block: number): Promise<Session> => {
    const known = sessions.get(block);
    if (known !== undefined) return known;
    const program = encodeProgram(shifted(sweep, block), sweep.opsets, runtime);
    const session = await runtime.compile(program, { ...options, name: `attention of block ${block}` });
    sessions.set(block, session);
    return session;
  };
  return {
    async logits(hiddenState, feeds, { block, pattern, offsets }) {
      const session = await open(block);
      const rows = offsets.length;
      const state = new Float32Array(rows * hiddenState.data.length);
      const shift = new Float32Array(rows * pattern.data.length);
      for (const [row, offset] of offsets.entries()) {
        state.set(hiddenState.data, row * hiddenState.data.length);
        shift.set(
          pattern.data.map((value) => offset * value),
          row * pattern.data.length,
        );
      }
      const states = floatTensor(state, [rows, ...hiddenState.shape.slice(1)]);
      const shifts = floatTensor(shift, [rows, 1, ...pattern.shape]);
      const run = async (start: number, end: number) => {
        const own = {
          [streamOf(sweep.anatomy).hiddenStates[block] as string]: sliceRows(states, start, end),
          [SHIFT]: sliceRows(shifts, start, end),
        };
        return floats(await session.run({ ...usedFeeds(session, feeds), ...own }), logitsOf(sweep.anatomy).value);
      };
      if (!programs.dividesRuns) return run(0, rows);
      const single: FloatTensor[] = [];
      for (let row = 0; row < rows; row++) single.push(await run(row, row + 1));
      return joinRows(single);
    },
    async dispose() {
      for (const session of sessions.values()) await session.dispose();
      sessions.clear();
    },
  };
}

function shifted({ graph, anatomy, opsets }: TransformerGraph, block: number): Graph {
  const attention = streamOf(anatomy).attentionProbabilities[block] as string;
  const body = extractGraph(graph, {
    inputs: [
      {
        name: streamOf(anatomy).hiddenStates[block] as string,
        dtype: "float32",
        shape: ["rows", "positions", streamOf(anatomy).width],
      },
    ],
    outputs: [logitsOf(anatomy).value],
  });
  const builder = new GraphBuilder({
    name: `${graph.name}.shifted`,
    prefix: "verification/",
    from: { ...body, nodes: [], values: [] },
    opsets,
  });
  const shift = builder.input(SHIFT, "float32", ["rows", 1, "queries", "keys"]);
  const redirect = new Map<string, string>();
  for (const node of body.nodes) {
    builder.node(rewireInputs(node, redirect));
    if (!node.outputs.includes(attention)) continue;
    redirect.set(attention, builder.mul(attention, builder.add(shift, builder.scalar(1)), "verification.attention"));
  }
  return builder.build();
}
