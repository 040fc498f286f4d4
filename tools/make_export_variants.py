"""What people make of ONNX exports: fused by the optimizer of onnxruntime, and quantised to int8. For `npm run docs:variants`.

For every FOLDER/NAME.onnx writes NAME.fused.onnx and NAME.int8.onnx, and FOLDER/answers.json: the inputs that were drawn,
and the logits that onnxruntime gives for the original and for the variant.

Run:  python tools/make_export_variants.py FOLDER
"""

import json
import logging
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer

TOKENS = 9
SMALLEST_ID, LARGEST_ID = 5, 29
HEADS, WIDTH = 4, 32  # of all models of test/golden/parity-*.json


def draw(session, random):
    """Inputs of a session: pixels, or ids of one text without padding."""
    feeds = {}
    for value in session.get_inputs():
        if value.type == "tensor(float)":
            feeds[value.name] = random.standard_normal([1, *value.shape[1:]]).astype(numpy.float32)
        elif "mask" in value.name:
            feeds[value.name] = numpy.ones((1, TOKENS), numpy.int64)
        elif "type" in value.name:
            feeds[value.name] = numpy.zeros((1, TOKENS), numpy.int64)
        else:
            feeds[value.name] = random.integers(SMALLEST_ID, LARGEST_ID + 1, (1, TOKENS)).astype(numpy.int64)
    return feeds


def run(path, feeds=None, random=None):
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")  # 8-bit products that saturate on no processor
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feeds = draw(session, random) if feeds is None else feeds
    return feeds, session.run(None, feeds)[0]


def fused(source, path, is_image):
    model = optimizer.optimize_model(str(source), model_type="vit" if is_image else "bert", num_heads=HEADS, hidden_size=WIDTH, opt_level=0)
    model.save_model_to_file(str(path))


def quantised(source, path, _):
    quantize_dynamic(str(source), str(path), weight_type=QuantType.QInt8)


def main():
    logging.disable(logging.CRITICAL)
    folder = pathlib.Path(sys.argv[1])
    answers = {}
    for source in sorted(folder.glob("*.onnx")):
        random = numpy.random.default_rng(7)
        feeds, original = run(source, random=random)
        is_image = any(value.dtype == numpy.float32 for value in feeds.values())
        for kind, make in (("fused", fused), ("int8", quantised)):
            path = source.with_suffix(f".{kind}.onnx")
            try:
                make(source, path, is_image)
            except Exception as error:  # the optimizer itself gives up on some graphs
                answers[f"{source.stem}.{kind}"] = {"failure": f"{type(error).__name__}: {error}"}
                continue
            own = run(path, feeds)[1]
            nodes = onnx.load(path, load_external_data=False).graph.node
            special = {node.op_type for node in nodes if node.domain == "com.microsoft" or "Integer" in node.op_type}
            answers[f"{source.stem}.{kind}"] = {
                "feeds": {name: {"shape": value.shape, "data": value.flatten().tolist()} for name, value in feeds.items()},
                "original": original.flatten().tolist(),
                "own": own.flatten().tolist(),
                "operators": sorted(special),
            }
    (folder / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
