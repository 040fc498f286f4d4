/** @file Programs whose results are looked at: numbers that are not finite, and shapes that do not fit, become errors instead of maps. */

import type { Feeds } from "../runtime/runtime.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { checkForward, checkLogits, type RunSize, sizeOfFeeds } from "./check-shapes.ts";
import type {
  AttentionGradients,
  ForwardResult,
  HiddenGradient,
  ModelPrograms,
  StateRequest,
  SweepRequest,
  SweepResult,
} from "./model-programs.ts";
import { rowsOf, sliceRows } from "./rows.ts";
import type { ScoreSpec } from "./score.ts";

/** Where numbers stopped being finite. */
export interface NonFiniteResult {
  /** What is not finite: "logits", "gradient". */
  readonly what: "logits" | "hidden states" | "gradient";
  /** The first block that a state enters which is not finite; the number of blocks where only the logits are not. */
  readonly block: number | undefined;
  readonly blocks: number;
}

/** Makes the error that tells why; it may take its time. */
export type NonFiniteError = (result: NonFiniteResult) => Promise<Error>;

/**
 * The same programs; logits, hidden states, scores and gradients that hold NaN or infinities are thrown as the error that
 * `explain` makes. Everything that runs a model runs these, so that no method and no metric meets such numbers.
 *
 * The sweep is left to those who integrate it: they know its ends.
 *
 * Cost: one pass over the numbers, less than a thousandth of what making them takes.
 */
export class CheckedPrograms implements ModelPrograms {
  readonly #programs: ModelPrograms;
  readonly #error: NonFiniteError;
  readonly #askedInput: string | undefined;

  /** @param askedInput - The input that names the positions which are asked for, of language models. */
  constructor(programs: ModelPrograms, error: NonFiniteError, askedInput?: string) {
    this.#programs = programs;
    this.#error = error;
    this.#askedInput = askedInput;
  }

  get blocks(): number {
    return this.#programs.blocks;
  }

  get width(): number {
    return this.#programs.width;
  }

  get classes(): number {
    return this.#programs.classes;
  }

  get dividesRuns(): boolean {
    return this.#programs.dividesRuns;
  }

  async forward(feeds: Feeds): Promise<ForwardResult> {
    return this.#checkForward(await this.#programs.forward(feeds), sizeOfFeeds(feeds, this.#askedInput));
  }

  async forwardReplaced(feeds: Feeds, replaced: Float32Array, vector: "mean" | "zero"): Promise<ForwardResult> {
    return this.#checkForward(
      await this.#programs.forwardReplaced(feeds, replaced, vector),
      sizeOfFeeds(feeds, this.#askedInput),
    );
  }

  async forwardFrom(request: Omit<StateRequest, "block">): Promise<ForwardResult> {
    const [rows = 1, positions] = request.hiddenState.shape;
    return this.#checkForward(await this.#programs.forwardFrom(request), {
      rows,
      positions,
      asked: sizeOfFeeds(request.feeds, this.#askedInput).asked,
    });
  }

  async logits(feeds: Feeds): Promise<FloatTensor> {
    const logits = await this.#programs.logits(feeds);
    checkLogits(logits, { ...sizeOfFeeds(feeds, this.#askedInput), width: this.width, classes: this.classes });
    const row = firstBadRow(logits);
    if (row === undefined) return logits;
    const rows = logits.shape[0] as number;
    const forward = await this.#programs.forward(rowsOf(feeds, rows, row, row + 1)).catch(() => undefined);
    throw await this.#fail("logits", forward === undefined ? undefined : this.#firstBadBlock(forward));
  }

  async logitsFrom(request: StateRequest): Promise<FloatTensor> {
    const logits = await this.#programs.logitsFrom(request);
    const row = firstBadRow(logits);
    if (row === undefined) return logits;
    const entering = allFinite(sliceRows(request.hiddenState, row, row + 1).data);
    throw await this.#fail("logits", entering ? undefined : request.block);
  }

  get knockedOut(): ModelPrograms["knockedOut"] {
    const programs = this.#programs;
    if (programs.knockedOut === undefined) return undefined;
    return async (feeds, kept) => {
      const logits = (await programs.knockedOut?.(feeds, kept)) as FloatTensor;
      if (!allFinite(logits.data)) throw await this.#fail("logits", undefined);
      return logits;
    };
  }

  sweep(request: SweepRequest): Promise<SweepResult> {
    return this.#programs.sweep(request);
  }

  attention(request: StateRequest & { readonly last: number }): Promise<readonly FloatTensor[]> {
    return this.#programs.attention(request);
  }

  async hiddenGradient(request: StateRequest & { readonly score: ScoreSpec }): Promise<HiddenGradient> {
    const result = await this.#programs.hiddenGradient(request);
    if (!allFinite(result.scores)) throw await this.#fail("logits", undefined);
    if (!allFinite(result.gradient.data)) throw await this.#fail("gradient", request.block);
    return result;
  }

  async attentionGradients(
    request: Omit<StateRequest, "block"> & { readonly score: ScoreSpec },
  ): Promise<AttentionGradients> {
    const result = await this.#programs.attentionGradients(request);
    if (!allFinite(result.scores)) throw await this.#fail("logits", undefined);
    const block = result.gradients.findLastIndex(({ data }) => !allFinite(data));
    if (block >= 0) throw await this.#fail("gradient", block);
    return result;
  }

  dispose(): Promise<void> {
    return this.#programs.dispose();
  }

  async #checkForward(
    result: ForwardResult,
    size: Pick<RunSize, "rows" | "positions" | "asked">,
  ): Promise<ForwardResult> {
    checkForward(result, { ...size, width: this.width, classes: this.classes });
    const block = this.#firstBadBlock(result);
    if (block === undefined) return result;
    throw await this.#fail(allFinite(result.logits.data) ? "hidden states" : "logits", block);
  }

  /** Undefined where everything is finite. */
  #firstBadBlock({ logits, hiddenStates }: ForwardResult): number | undefined {
    const block = hiddenStates.findIndex(({ data }) => !allFinite(data));
    if (block >= 0) return block;
    return allFinite(logits.data) ? undefined : this.blocks;
  }

  #fail(what: NonFiniteResult["what"], block: number | undefined): Promise<Error> {
    return this.#error({ what, block, blocks: this.blocks });
  }
}

/** Whether all numbers are finite: one that is not leaves no finite sum, and finite float32 numbers add up in float64. */
function allFinite(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] as number;
  return Number.isFinite(sum);
}

function firstBadRow(logits: FloatTensor): number | undefined {
  if (allFinite(logits.data)) return undefined;
  const size = logits.data.length / (logits.shape[0] as number);
  return Math.floor(logits.data.findIndex((value) => !Number.isFinite(value)) / size);
}
