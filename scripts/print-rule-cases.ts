/** @file Prints the cases of gradient rules as JSON for tools/make_rule_reference.py: operators, attributes and input values. */

import { isDifferentiated, valuesOf } from "../test/rules/case.ts";
import { CASES } from "../test/rules/cases.ts";

const plain = (data: ArrayLike<number | bigint>) => Array.from(data, Number);

const cases = CASES.map((entry) => ({
  name: entry.name,
  opType: entry.opType,
  domain: entry.domain,
  opset: entry.opset,
  attributes: Object.fromEntries(
    Object.entries(entry.attributes).map(([key, attribute]) => [key, (attribute as { value: unknown }).value]),
  ),
  outputs: entry.outputs,
  from: entry.from,
  differentiated: entry.inputs.flatMap((input, i) => (isDifferentiated(input) ? [i] : [])),
  inputs: entry.inputs.map((_, i) => {
    const tensor = valuesOf(entry, i);
    return tensor === undefined
      ? null
      : { dtype: tensor.dtype, shape: tensor.shape, data: plain(tensor.data as ArrayLike<number | bigint>) };
  }),
}));
// JSON has no infinities: Python reads the bare word.
process.stdout.write(
  JSON.stringify(cases, (_, value) => (value === -Infinity ? "-inf" : value)).replaceAll('"-inf"', "-Infinity"),
);
