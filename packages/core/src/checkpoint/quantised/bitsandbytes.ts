/**
 * @file bitsandbytes: LLM.int8() (Dettmers et al. 2022) and the 4-bit types of QLoRA (Dettmers et al. 2023).
 *
 * 8 bits: W = int8 x SCB / 127, a scale for each row. 4 bits: W = table[code] x scale of the block, the codes two to a byte,
 * the first in the upper half; scales may be codes of 8 bits themselves. As `int8_vectorwise_dequant` and
 * `dequantize_4bit` of the library compute it.
 */

import type { StoredTensor } from "../../onnx/model.ts";
import { roundedTo } from "../../tensor/half.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import { parseFields } from "../json-fields.ts";
import { floatsOf, isShape, partOf, type QuantisedLayer, refuseLayer, type Scheme, valuesOf } from "./scheme.ts";

const EIGHT = "bitsandbytes, 8 bits";

export const bitsandbytes8: Scheme = {
  name: EIGHT,
  formula: "int8 x SCB / 127",
  methods: ["bitsandbytes"],
  tells: true,
  needs: ["weight", "SCB"],
  async weight(layer, { read }) {
    const weight = partOf(layer, EIGHT, "weight", 2);
    const scales = partOf(layer, EIGHT, "SCB", 1);
    const [rows = 0, columns = 0] = weight.shape;
    if (weight.dtype !== "int8") refuseLayer(layer, EIGHT, `"weight" is ${weight.dtype}, wanted int8`);
    if (!isShape(scales, rows))
      refuseLayer(layer, EIGHT, `"SCB" has ${scales.shape.join(" x ")} scales for ${rows} rows`);
    const format = layer.parts.get("weight_format");
    if (format !== undefined && valuesOf(await read(format))[0] !== 0) {
      refuseLayer(layer, EIGHT, '"weight_format" is not 0 (rows one after the other)');
    }
    return {
      shape: weight.shape,
      parts: [weight, scales],
      settled: ["weight_format"],
      compute([codes, scale]) {
        const values = valuesOf(codes as Tensor);
        const factors = floatsOf(scale as Tensor);
        // The library multiplies by the float32 next to 1 / 127.
        const share = Math.fround(1 / 127);
        return Float32Array.from(
          { length: rows * columns },
          (_, i) => Math.fround((values[i] as number) * (factors[Math.floor(i / columns)] as number)) * share,
        );
      },
    };
  },
};

const FOUR = "bitsandbytes, 4 bits";
const STATE = /^weight\.quant_state\.bitsandbytes__(nf4|fp4)$/;

export const bitsandbytes4: Scheme = {
  name: FOUR,
  formula: "quant_map[code] x absmax of the block",
  methods: ["bitsandbytes"],
  tells: true,
  needs: ["weight", "weight.absmax", "weight.quant_map", STATE],
  async weight(layer, { read }) {
    const [stateName, stored] = [...layer.parts].find(([part]) => STATE.test(part)) as [string, StoredTensor];
    const json = new TextDecoder().decode(Uint8Array.from(valuesOf(await read(stored)) as ArrayLike<number>));
    const state = parseFields(json, `${layer.name}.${stateName}`);
    const shape = state.integers("shape");
    const blockSize = state.integer("blocksize");
    const dtype = state.string("dtype");
    const elements = elementCount(shape);
    const weight = layer.parts.get("weight") as StoredTensor;
    if (weight.dtype !== "uint8" || elementCount(weight.shape) !== Math.ceil(elements / 2)) {
      refuseLayer(layer, FOUR, `"weight" is not the bytes of ${elements} codes`);
    }
    if (dtype !== "float32" && dtype !== "float16" && dtype !== "bfloat16") {
      refuseLayer(layer, FOUR, `its type is ${JSON.stringify(dtype)}`);
    }
    const nested = layer.parts.has("weight.nested_absmax") ? nestedSettings() : undefined;
    const names = ["weight", "weight.absmax", "weight.quant_map"];
    if (nested !== undefined) names.push("weight.nested_absmax", "weight.nested_quant_map");
    return {
      shape,
      parts: names.map((name) => partOrRefuse(layer, name)),
      settled: [stateName],
      compute([codes, absmax, map, nestedAbsmax, nestedMap]) {
        const bytes = valuesOf(codes as Tensor);
        const table = floatsOf(map as Tensor);
        const scales =
          nested === undefined
            ? floatsOf(absmax as Tensor)
            : unnested(
                valuesOf(absmax as Tensor),
                floatsOf(nestedAbsmax as Tensor),
                floatsOf(nestedMap as Tensor),
                nested,
              );
        const values = new Float32Array(elements);
        for (let i = 0; i < elements; i++) {
          const byte = bytes[i >> 1] as number;
          const code = i % 2 === 0 ? byte >> 4 : byte & 0xf;
          values[i] = (table[code] as number) * (scales[Math.floor(i / blockSize)] as number);
        }
        return roundedTo(dtype, values);
      },
    };

    function nestedSettings() {
      return { blockSize: state.integer("nested_blocksize"), offset: state.number("nested_offset") };
    }
  },
};

const partOrRefuse = (layer: QuantisedLayer, name: string) =>
  layer.parts.get(name) ?? refuseLayer(layer, FOUR, `there is no "${name}"`);

/** Scales that are codes of 8 bits: table[code] x scale of their block + offset. */
function unnested(
  codes: ArrayLike<number>,
  absmax: Float32Array,
  map: Float32Array,
  { blockSize, offset }: { readonly blockSize: number; readonly offset: number },
): Float32Array {
  const mean = Math.fround(offset);
  return Float32Array.from(
    { length: codes.length },
    (_, i) => Math.fround((map[codes[i] as number] as number) * (absmax[Math.floor(i / blockSize)] as number)) + mean,
  );
}
