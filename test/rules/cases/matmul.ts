/** @file Cases of matrix products. */

import { float, int, string } from "@calig/core/internal/onnx/model";
import { type CaseRow, casesOf, type InputSpec, type RuleCase, weight, x } from "../case.ts";

/** Operand shapes of FusedMatMul as stored, for a product [2, 3] x [3, 4] per batch. */
const stored = (batch: readonly number[], rows: number, columns: number, transposed: boolean): InputSpec =>
  x([...batch, ...(transposed ? [columns, rows] : [rows, columns])]);

const FLAGS = [false, true].flatMap((transA) => [false, true].map((transB) => ({ transA, transB })));

const fused: readonly CaseRow[] = FLAGS.flatMap(({ transA, transB }): CaseRow[] => {
  const flags = { transA: int(transA ? 1 : 0), transB: int(transB ? 1 : 0) };
  const note = `transA ${flags.transA.kind === "int" && transA ? 1 : 0}, transB ${transB ? 1 : 0}`;
  return [
    [`${note}, alpha 0.5`, [stored([], 2, 3, transA), stored([], 3, 4, transB)], { attributes: { ...flags, alpha: float(0.5) } }],
    [`${note}, batches`, [stored([5, 1], 2, 3, transA), stored([5, 1], 3, 4, transB)], { attributes: flags }],
    [`${note}, both batches broadcast`, [stored([5, 1], 2, 3, transA), stored([3], 3, 4, transB)], { attributes: flags }],
  ];
}); // biome-ignore format: one table

const gemm: readonly CaseRow[] = FLAGS.flatMap(({ transA, transB }): CaseRow[] => {
  const flags = { transA: int(transA ? 1 : 0), transB: int(transB ? 1 : 0) };
  const note = `transA ${transA ? 1 : 0}, transB ${transB ? 1 : 0}`;
  return [
    [`${note}, no C`, [stored([], 2, 3, transA), stored([], 3, 4, transB)], { attributes: flags }],
    [
      `${note}, alpha, beta and C`,
      [stored([], 2, 3, transA), stored([], 3, 4, transB), x([4])],
      { attributes: { ...flags, alpha: float(0.5), beta: float(-2) } },
    ],
  ];
});

const einsum = (equation: string, ...shapes: readonly (readonly number[])[]): CaseRow => [
  equation,
  shapes.map((shape) => x(shape)),
  { attributes: { equation: string(equation) } },
];

export const matmulCases: readonly RuleCase[] = [
  ...casesOf(
    "MatMul",
    ["two matrices", [x([2, 3]), x([3, 4])]],
    ["equal batches", [x([5, 2, 3]), x([5, 3, 4])]],
    ["a matrix for all batches", [x([5, 2, 3]), x([3, 4])]],
    ["a constant matrix for all batches", [x([5, 2, 3]), weight([3, 4])]],
    ["batches times a lone first matrix", [x([2, 3]), x([5, 3, 4])]],
    ["both batches broadcast", [x([5, 1, 2, 3]), x([3, 3, 4])]],
    ["size 1", [x([1, 1]), x([1, 1])]],
    ["a vector on the right", [x([5, 2, 3]), x([3])]],
    ["a vector on the left", [x([3]), x([5, 3, 2])]],
    ["two vectors", [x([3]), x([3])]],
    ["a constant vector on the right", [x([5, 2, 3]), weight([3])]],
    ["opset 11", [x([2, 2, 3]), x([3, 4])], { opset: 11 }],
  ),
  ...casesOf("com.microsoft.FusedMatMul", ...fused, [
    "constant weights stored [out, in]",
    [x([2, 5, 3]), weight([4, 3])],
    { attributes: { transB: int(1) } },
  ]),
  ...casesOf("com.microsoft.TransposeMatMul", [
    "the old name of FusedMatMul",
    [x([2, 5, 3]), x([4, 3])],
    { attributes: { transB: int(1), alpha: float(2) } },
  ]),
  ...casesOf(
    "Gemm",
    ...gemm,
    ["scalar C", [x([2, 3]), x([3, 4]), x([])]],
    ["C of the full shape", [x([2, 3]), x([3, 4]), x([2, 4])]],
    ["C a column", [x([2, 3]), x([3, 4]), x([2, 1])]],
    ["constant weights and bias", [x([2, 3]), weight([4, 3]), weight([4])], { attributes: { transB: int(1) } }],
    ["opset 11", [x([2, 3]), x([3, 4]), x([4])], { opset: 11 }],
  ),
  ...casesOf(
    "Einsum",
    einsum("bij,bjk->bik", [2, 3, 4], [2, 4, 5]),
    einsum("bhid,bhjd->bhij", [2, 3, 4, 5], [2, 3, 6, 5]),
    einsum("bij,jk->bik", [2, 3, 4], [4, 5]),
    einsum("bij , jhd -> bhid", [2, 3, 4], [4, 2, 5]),
    einsum("i,j->ij", [3], [4]),
    einsum("ij,ij->", [2, 3], [2, 3]),
    einsum("ij,k->ik", [2, 3], [4]),
    einsum("ij->ji", [2, 3]),
    einsum("ij->i", [2, 3]),
    einsum("ij->", [2, 3]),
    einsum("ijk,il->kl", [2, 3, 4], [2, 5]),
    einsum("ij,jk,kl->il", [2, 3], [3, 4], [4, 5]),
    einsum("ij,jk", [2, 3], [3, 4]),
    einsum("ba,cb", [2, 3], [4, 2]),
    einsum("...ij,...jk->...ik", [2, 3, 4], [2, 4, 5]),
    einsum("...ij,jk->...ik", [2, 2, 3, 4], [4, 5]),
  ),
];
