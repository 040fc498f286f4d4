import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.ts";
import { floatTensor } from "../../tensor/tensor.ts";
import type { TransformerGraph } from "../anatomy.ts";
import { freesRows, needsRows, takesOneRow } from "./row-limits.ts";

/** hidden [batch, tokens, 4] -> what `head` makes of it, with token ids beside. */
function model(head: (b: GraphBuilder, hidden: string, ids: string) => string, batch: string | number = "batch") {
  const builder = new GraphBuilder();
  const ids = builder.input("ids", "int64", [batch, "tokens"]);
  const words = builder.emit("Gather", [builder.constant(floatTensor(new Float32Array(40), [10, 4])), ids]);
  const hidden = builder.emit("Identity", [words], { output: "hidden" });
  const logits = builder.output(head(builder, hidden, ids), "logits");
  const anatomy = {
    streams: [{ kind: "text", inputs: { ids }, hiddenStates: [hidden], width: 4 }],
    outputs: [{ kind: "logits", value: logits }],
  };
  return { graph: builder.build(), opsets: builder.opsets, anatomy } as unknown as TransformerGraph;
}

const first = (b: GraphBuilder, hidden: string) => b.squeeze(b.slice(hidden, 1, 0, 1), [1]);

describe("freesRows()", () => {
  it("is shown for rows that stay apart, merged with tokens and heads or not", () => {
    expect(freesRows(model(first))).toBe(true);
    expect(freesRows(model((b, x) => first(b, b.reshape(b.reshape(x, [0, 0, 2, 2]), [0, 0, 4]))))).toBe(true);
    // [batch, tokens, 2, 2] -> [batch x 2, tokens, 2] and back, as attention in three axes has it.
    const merged = model((b, x) => {
      const heads = b.transpose(b.reshape(x, [0, 0, 2, 2]), [0, 2, 1, 3]);
      const flat = b.emit("Reshape", [heads, b.concat([b.integers([-1]), b.sizeOf(x, 1), b.integers([2])], 0)]);
      const apart = b.emit("Reshape", [flat, b.concat([b.integers([-1, 2]), b.sizeOf(x, 1), b.integers([2])], 0)]);
      return first(b, b.reshape(b.transpose(apart, [0, 2, 1, 3]), [0, 0, 4]));
    });
    expect(freesRows(merged)).toBe(true);
  });

  it("is not shown where the batch of the export is baked in", () => {
    // Heads of one row: [1, tokens, 4] -> [2, tokens, 2], with as many heads for any number of rows.
    const heads = (b: GraphBuilder, x: string) =>
      b.reshape(b.transpose(b.reshape(x, [0, 0, 2, 2]), [0, 2, 1, 3]), [2, -1, 2]);
    const baked = model((b, x) => {
      const apart = b.reshape(heads(b, x), [1, 2, -1, 2]);
      return first(b, b.add(x, b.reshape(b.transpose(apart, [0, 2, 1, 3]), [1, -1, 4])));
    }, 1);
    expect(freesRows(baked)).toBe(false);
    expect(takesOneRow(baked)).toBe(true);
  });

  it("is not shown where a row is picked, or joined to one of the inputs", () => {
    expect(freesRows(model((b, x) => b.slice(first(b, x), 0, 0, 1)))).toBe(false);
    const joined = model((b, x, ids) => {
      const own = b.emit("Cast", [b.unsqueeze(ids, [2])], { attributes: { to: { kind: "int", value: 1 } } });
      return first(b, b.concat([x, own], 2));
    });
    expect(freesRows(joined)).toBe(false);
  });
});

describe("needsRows()", () => {
  it("says where no rows leave what is left untold", () => {
    expect(needsRows(model((b, x) => first(b, b.reshape(x, [0, 0, 4]))))).toBe(false);
    expect(needsRows(model((b, x) => first(b, b.reshape(b.reshape(x, [-1, 4]), [0, 1, 4]))))).toBe(false);
    expect(needsRows(model((b, x) => first(b, b.reshape(x, [0, -1, 4]))))).toBe(true);
  });
});
