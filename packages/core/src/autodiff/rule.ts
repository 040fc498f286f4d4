/**
 * @file What a gradient rule is: given a node and the gradient of its outputs, the gradients of its inputs as values
 * of the graph. Knows nothing of individual operators.
 */

import type { GraphBuilder } from "../graph/builder.ts";
import type { Dimension, Node } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";

/** What a rule sees of the node it differentiates, and the words it writes gradients with. */
export interface RuleContext {
  readonly node: Node;
  /** Version of the operator set that `node.domain` has in this model. */
  readonly opset: number;
  /** Emits nodes; the names it chooses start with `<node>__grad/`. */
  readonly builder: GraphBuilder;
  /** Name of input i. @throws {InternalError} When it is omitted. */
  input(i: number): string;
  hasInput(i: number): boolean;
  /** Name of output i of the forward node. */
  output(i: number): string;
  /** Gradient with respect to output i (0 unless given), of the shape of that output. @throws {InternalError} When nothing reached it. */
  outputGradient(i?: number): string;
  hasOutputGradient(i: number): boolean;
  /** Whether somebody wants the gradient of input i: leave the others undefined. */
  needsGradient(i: number): boolean;
  /** Attributes with the operator's default. */
  int(name: string, fallback: number): number;
  float(name: string, fallback: number): number;
  string(name: string, fallback: string): string;
  ints(name: string): readonly number[] | undefined;
  /** What is known of the shape of a value; undefined where not even the rank is. */
  shape(value: string): readonly Dimension[] | undefined;
  /** Element type of a value; float32 where nothing is known. */
  dtype(value: string): DType;
  /** Rank of a value. @throws {UnsupportedModelError} When it is unknown; names the node. */
  rank(value: string): number;
  /** Elements of a constant integer value, undefined when it is computed at run time. */
  constantInts(value: string): readonly number[] | undefined;
  /** The number that a float constant of one element holds, undefined for every other value. */
  constantFloat(value: string): number | undefined;
  /** The size of one axis of a value as int64 [1]: a constant where it is known. */
  sizeOf(value: string, axis: number): string;
  /** A gradient of shape `from` (undefined where unknown) in the shape of `value`, which has as many elements. */
  reshapeTo(gradient: string, from: readonly Dimension[] | undefined, value: string): string;
  /** Sums a gradient of shape `from` (undefined where unknown) over broadcast axes, to the shape of `value`. */
  sumTo(gradient: string, from: readonly Dimension[] | undefined, value: string): string;
  /** Refuses this node with a reason the user can act on. @throws {UnsupportedModelError} */
  refuse(reason: string): never;
}

/** Gradients with respect to the inputs, in order; undefined where none is needed or none exists (integer inputs). */
export type GradientRule = (context: RuleContext) => readonly (string | undefined)[];

/**
 * How an operator stands to differentiation: a rule, or "none" where the derivative is zero or undefined by design
 * (Shape, ArgMax, comparisons). An operator that is absent from the registry has no rule yet.
 */
export interface RuleEntry {
  /** "" is ai.onnx. */
  readonly domain: string;
  readonly opType: string;
  /** First operator-set version the entry holds for; it holds until the next entry of the same operator. */
  readonly since: number;
  readonly rule: GradientRule | "none";
  /** The gradients have the broadcast shape of output 0: the engine sums them back to the shapes of the inputs. */
  readonly broadcasts?: boolean;
  /** Optional outputs of the forward node that the rule reads; the engine adds those that the model leaves out. */
  readonly outputs?: readonly number[];
}
