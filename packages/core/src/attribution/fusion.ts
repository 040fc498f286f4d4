/** @file Fusion of block relevance with class-specific attention gradients. METHOD 3-4. */

import type { FloatTensor } from "../tensor/tensor.ts";
import { assertNever } from "../util/assert-never.ts";
import type { Fusion } from "./options.ts";

/** What is known of one block before fusion. */
export interface BlockEvidence {
  /** r_l [positions]. */
  readonly relevance: readonly number[];
  /** M_l = mean over heads of A * dF/dA [queries, positions]; fewer queries than positions where only those were computed: the first ones. */
  readonly attention: FloatTensor;
}

/** c_l[j] = sum_i M_l[i, j]: evidence that leaves position j through attention (METHOD 3). */
export function attentionEvidence({ data, shape }: FloatTensor): number[] {
  const [queries = 0, positions = 0] = shape;
  const evidence = new Array<number>(positions).fill(0);
  for (let i = 0; i < queries; i++) {
    for (let j = 0; j < positions; j++) (evidence[j] as number) += data[i * positions + j] as number;
  }
  return evidence;
}

/**
 * s_l of every block (METHOD 4).
 *
 * - `additive`: ||r||_1 (lambda r / ||r||_1 + (1 - lambda) c / ||c||_1).
 * - `gate`: r (1 + |c| / max |c|).
 * - `transport`: P_l^T r with P_l = E_{l-1} ... E_0, E_k = rownorm(I + max(M_k, 0)); the sum of r is kept exactly.
 *
 * Cost: transport O(blocks^2 positions^2), the others O(blocks positions).
 */
export function fuseBlocks(blocks: readonly BlockEvidence[], fusion: Fusion, lambda: number): number[][] {
  switch (fusion) {
    case "additive":
      return blocks.map(({ relevance, attention }) => additive(relevance, attentionEvidence(attention), lambda));
    case "gate":
      return blocks.map(({ relevance, attention }) => gate(relevance, attentionEvidence(attention)));
    case "transport":
      return transport(blocks);
    default:
      return assertNever(fusion);
  }
}

/** ||values||_1 */
export const norm1 = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

function additive(relevance: readonly number[], evidence: readonly number[], lambda: number): number[] {
  const scale = norm1(relevance);
  const evidenceScale = norm1(evidence);
  return relevance.map((r, t) => {
    const c = evidenceScale === 0 ? 0 : (scale * (evidence[t] as number)) / evidenceScale;
    return lambda * r + (1 - lambda) * c;
  });
}

function gate(relevance: readonly number[], evidence: readonly number[]): number[] {
  const largest = evidence.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  return relevance.map((r, t) => (largest === 0 ? r : r * (1 + Math.abs(evidence[t] as number) / largest)));
}

function transport(blocks: readonly BlockEvidence[]): number[][] {
  const mixings = blocks.map(({ attention }) => mixing(attention));
  return blocks.map(({ relevance }, l) => {
    let carried = Float64Array.from(relevance);
    for (let k = l - 1; k >= 0; k--) carried = transposedProduct(mixings[k] as Float64Array, carried);
    return Array.from(carried);
  });
}

/** E = rownorm(I + max(M, 0)) [positions, positions]; rows without a computed query keep the identity. */
function mixing({ data, shape }: FloatTensor): Float64Array {
  const [queries = 0, positions = 0] = shape;
  const matrix = new Float64Array(positions * positions);
  for (let i = 0; i < positions; i++) {
    let total = 1;
    for (let j = 0; j < positions; j++) {
      const weight = i < queries ? Math.max(0, data[i * positions + j] as number) : 0;
      matrix[i * positions + j] = weight;
      total += weight;
    }
    (matrix[i * positions + i] as number) += 1;
    for (let j = 0; j < positions; j++) (matrix[i * positions + j] as number) /= total;
  }
  return matrix;
}

/** E^T v. */
function transposedProduct(matrix: Float64Array, vector: Float64Array): Float64Array<ArrayBuffer> {
  const size = vector.length;
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const value = vector[i] as number;
    if (value === 0) continue;
    for (let j = 0; j < size; j++) (product[j] as number) += (matrix[i * size + j] as number) * value;
  }
  return product;
}
