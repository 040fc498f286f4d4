/** @file States a newer operator set where every operator of the graph means the same in it. */

import { type Pass, unchanged } from "./pass.ts";

/** Axes became inputs in 13; from there to 17 operators only gained types, optional inputs and attributes. */
const FROM = 13;
const TO = 17;
/** The exceptions: training became an attribute in 14. */
const CHANGED: ReadonlySet<string> = new Set(["BatchNormalization", "GRU", "LSTM", "RNN"]);

/** Gradients of gathers need ScatterElements-16, which adds. */
export const raiseOpset: Pass = (draft) => {
  const opset = draft.opsets[""] ?? 0;
  const stays = draft.graph.nodes.some(({ opType, domain }) => domain === "" && CHANGED.has(opType));
  if (opset < FROM || opset >= TO || stays) return unchanged(draft);
  return { ...draft, opsets: { ...draft.opsets, "": TO }, notes: [] };
};
