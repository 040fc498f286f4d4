/** @file Cases of elementwise operators. */

import { float, int } from "@calig/core/internal/onnx/model";
import { dtypeCode } from "@calig/core/internal/tensor/dtype";
import {
  attributes,
  away,
  booleans,
  casesOf,
  distinct,
  fedIntegers,
  floats,
  integers,
  numbers,
  omitted,
  positive,
  type RuleCase,
  weight,
  x,
} from "../case.ts";

/** The ways in which two operands can be broadcast. */
const PAIRS = [
  ["equal shapes", [2, 3], [2, 3]],
  ["second of lower rank", [2, 3, 4], [4]],
  ["first of lower rank", [3], [2, 3]],
  ["both broadcast", [2, 1, 4], [3, 1]],
  ["scalar", [2, 3], []],
  ["size 1 everywhere", [1, 1], [1]],
  ["an empty batch", [0, 3], [3]],
] as const;

const pairs = (operator: string, first = x, second = x): readonly RuleCase[] =>
  casesOf(operator, ...PAIRS.map(([note, a, b]) => [note, [first(a), second(b)]] as const));

/** An odd shape and a scalar. */
const unary = (operator: string, input = x): readonly RuleCase[] =>
  casesOf(operator, ["rank 3", [input([2, 3, 5])]], ["scalar", [input([])]]);

export const elementwiseCases: readonly RuleCase[] = [
  ...pairs("Add"),
  ...pairs("Sub"),
  ...pairs("Mul"),
  ...pairs("Div", x, positive),
  ...pairs("Pow", positive, x),
  ...casesOf(
    "Add",
    ["the same value twice is covered by the engine's tests; a constant", [x([2, 3]), weight([3])]],
    ["opset 13", [x([2, 3]), x([2, 1])], { opset: 13 }],
    ["opset 11", [x([2, 3]), x([2, 1])], { opset: 11 }],
  ),
  ...casesOf(
    "Pow",
    ["square of either sign", [x([2, 3]), floats([2], [])]],
    ["cube of either sign", [x([2, 3]), floats([3], [])]],
    ["constant root", [positive([2, 3]), floats([0.5], [])]],
    ["square at 0", [numbers([0, 1, -2]), floats([2], [])]],
    ["exponent 1 at 0", [numbers([0, 1, -2]), floats([1], [])]],
    ["square by a whole number", [x([2, 3]), integers([2], [])]],
    ["whole numbers, some of them", [positive([2, 3]), integers([3, 1, 2], [3])]],
    ["whole numbers that are fed", [positive([2, 3]), fedIntegers([3, 1, 2], [3])]],
    ["opset 11", [positive([2, 3]), x([3])], { opset: 11 }],
  ),
  ...unary("Neg"),
  ...unary("Sqrt", positive),
  ...unary("Reciprocal", positive),
  ...unary("Exp"),
  ...unary("Log", positive),
  ...unary("Abs", away),
  ...unary("Erf", (shape) => x(shape, -3, 3)),
  ...unary("Tanh"),
  ...unary("Sigmoid", (shape) => x(shape, -6, 6)),
  ...unary("Softplus"),
  ...unary("Relu", away),
  ...unary("LeakyRelu", away),
  ...unary("Elu", away),
  ...unary("HardSigmoid"),
  ...unary("HardSwish"),
  ...casesOf("HardSwish", ["both ends cut off", [numbers([-5, -4, -1, 1, 4, 5])]]),
  ...casesOf(
    "PRelu",
    ["constant slope per channel", [away([2, 3, 4]), weight([3, 1])]],
    ["slope differentiated", [away([2, 3]), x([3])]],
  ),
  ...unary("Sin", (shape) => x(shape, -3, 3)),
  ...unary("Cos", (shape) => x(shape, -3, 3)),
  ...casesOf("Relu", ["opset 13", [away([3])], { opset: 13 }], ["0 counts as not passed", [numbers([0, 1, -1])], { smooth: false }]),
  ...casesOf("Abs", ["0 has no slope", [numbers([0, 1, -1])], { smooth: false }]),
  ...casesOf("LeakyRelu", ["slope given", [away([3, 2])], { attributes: { alpha: float(0.3) } }]),
  ...casesOf("Elu", ["alpha given", [away([3, 2])], { attributes: { alpha: float(0.5) } }]),
  ...casesOf("HardSigmoid", [
    "both ends cut off",
    [numbers([-4, -2, 0.1, 2, 4])],
    { attributes: { alpha: float(0.25), beta: float(0.4) } },
  ]),
  ...(["Max", "Min"] as const).flatMap((operator) =>
    casesOf(
      operator,
      ["two", [distinct([2, 3], 0, 2), distinct([2, 3], 1, 2)]],
      ["three, broadcast", [distinct([2, 1, 3], 0, 3), distinct([2, 1], 1, 3), distinct([], 2, 3)]],
      ["one", [distinct([4])]],
      ["against a constant", [away([2, 3]), floats([0], [])]],
      ["ties are shared", [numbers([1, 2, 3]), numbers([1, 3, 2])], { smooth: false }],
    ),
  ),
  ...(["Sum", "Mean"] as const).flatMap((operator) =>
    casesOf(
      operator,
      ["three, broadcast", [x([2, 3]), x([3]), x([2, 1])]],
      ["one", [x([2, 3])]],
      ["odd shape", [x([1, 5, 1]), x([5, 3])]],
    ),
  ),
  ...casesOf(
    "Clip",
    ["both limits", [numbers([-2, -0.5, 0.25, 0.75, 3]), floats([-1], []), floats([1], [])]],
    ["lower limit only", [numbers([-2, -0.5, 3]), floats([-1], [])]],
    ["upper limit only", [numbers([-2, -0.5, 3]), omitted, floats([1], [])]],
    ["on a limit", [numbers([-1, 1, 2]), floats([-1], []), floats([1], [])], { smooth: false }],
    ["no limits, scalar", [x([])]],
  ),
  ...casesOf(
    "Where",
    ["equal shapes", [booleans([1, 0, 0, 1, 1, 0], [2, 3]), x([2, 3]), x([2, 3])]],
    ["all broadcast", [booleans([1, 0, 1]), x([2, 1, 1]), x([4, 1])]],
    ["a mask", [booleans([1, 0, 1], [1, 1, 3]), x([2, 2, 3]), floats([-100], [])]],
    ["an infinite constant that is not chosen", [booleans([1, 1, 1]), x([3]), floats([-Infinity], [])]],
  ),
  ...casesOf("Identity", ["rank 2", [x([2, 3])]]),
  ...casesOf("Dropout", ["inference", [x([2, 3])]], ["ratio given", [x([3]), floats([0.5], [])]]),
  ...casesOf(
    "Cast",
    ["float to float", [x([2, 3])], { attributes: attributes({ to: dtypeCode("float32") }) }],
    ["float to double", [x([2, 3])], { attributes: { to: int(dtypeCode("float64")) } }],
    ["opset 11", [x([2, 3])], { opset: 11, attributes: { to: int(dtypeCode("float64")) } }],
  ),
]; // biome-ignore format: one table
