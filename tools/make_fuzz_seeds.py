"""The ONNX files that bench/fuzz damages: one block of width 8 in the forms in which ONNX files are found, so that reading and running one
takes a few milliseconds.

Run:  python tools/make_fuzz_seeds.py --out bench/fuzz/seeds
"""

import argparse
import pathlib
import tempfile

import make_onnx_variants as variants

SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
variants.HEADS, variants.WIDTH = 2, 8
for name, (cls, config, fields, inputs) in variants.MODELS.items():
    small = {"dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 8} if name == "distilbert" else SMALL
    variants.MODELS[name] = (cls, config, {**fields, **small}, inputs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    path = lambda name: str(out / f"{name}.onnx")
    variants.export("bert", path("bert-legacy"), opset=14)
    variants.export("bert", path("bert-dynamo"), dynamo=True, opset=18)
    variants.export("distilbert", path("distilbert-legacy"), opset=14)
    variants.export("vit", path("vit-legacy"), opset=14)
    variants.export("vit", path("vit-dynamo"), dynamo=True, opset=18)
    with tempfile.TemporaryDirectory() as folder:
        eager = variants.export("bert", f"{folder}/eager.onnx", attention="eager")
        variants.fused("bert", eager, path("bert-fused"))
        variants.half(path("bert-legacy"), path("bert-fp16"), False)
        variants.quantize_dynamic(path("bert-fused"), path("bert-fused-int8"), weight_type=variants.QuantType.QInt8, extra_options={"DefaultTensorType": variants.onnx.TensorProto.FLOAT})
        feeds = variants.feeds_of("bert", eager)[1]
        variants.quantize_static(eager, path("bert-qdq"), variants.Calibration(feeds), quant_format=variants.QuantFormat.QDQ, op_types_to_quantize=["MatMul", "Gemm"], activation_type=variants.QuantType.QUInt8, weight_type=variants.QuantType.QInt8)
    for file in out.glob("*.onnx"):
        variants.strip(str(file))


if __name__ == "__main__":
    main()
