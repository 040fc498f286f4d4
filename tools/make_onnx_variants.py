"""Small classifiers in the forms in which ONNX files are found, for test/models/onnx-variants.test.ts.

Every model has 2 blocks of width 32 and parameters that are hashes of their names (hashed_weights.py). It is exported by
both exporters of PyTorch, fused by the optimizer of onnxruntime, converted to half precision and quantised in the ways
that published files are. Beside the files a JSON file says, for each, the inputs and the logits of PyTorch (float32 forms)
or of the file itself in onnxruntime (quantised and half-precision forms).

Run:  python tools/make_onnx_variants.py --out test/fixtures/onnx
"""

import argparse
import json
import pathlib
import tempfile
import warnings

import numpy
import onnx
import onnxruntime
import torch
import transformers
from hashed_weights import hashed
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from onnxruntime.transformers import float16, optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
    ViTConfig,
    ViTForImageClassification,
)

WIDTH, HEADS, INNER, VOCABULARY, POSITIONS, CLASSES = 32, 4, 32, 40, 20, 3
GAIN = 5.0  # unit gain of matrices at this width
TEXT = {"vocab_size": VOCABULARY, "num_labels": CLASSES, "max_position_embeddings": POSITIONS}
ENCODER = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": HEADS, "intermediate_size": INNER}
MODELS = {
    "bert": (BertForSequenceClassification, BertConfig, {**TEXT, **ENCODER}, ["input_ids", "attention_mask", "token_type_ids"]),
    "roberta": (RobertaForSequenceClassification, RobertaConfig, {**TEXT, **ENCODER, "type_vocab_size": 1}, ["input_ids", "attention_mask"]),
    "distilbert": (
        DistilBertForSequenceClassification, DistilBertConfig,
        {**TEXT, "dim": WIDTH, "n_layers": 2, "n_heads": HEADS, "hidden_dim": INNER}, ["input_ids", "attention_mask"],
    ),
    "vit": (
        ViTForImageClassification, ViTConfig,
        {**ENCODER, "image_size": 16, "patch_size": 8, "num_labels": CLASSES}, ["pixel_values"],
    ),
}
# Two texts of 7 tokens, the second with two of padding (1 is the padding token of RoBERTa).
IDS = [[0, 17, 30, 4, 25, 7, 2], [0, 9, 33, 12, 2, 1, 1]]
MASK = [[1] * 7, [1] * 5 + [0] * 2]
TYPES = [[0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 0, 0]]


class Logits(torch.nn.Module):
    """The logits alone, from inputs in order."""

    def __init__(self, model, names):
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *inputs):
        return self.model(**dict(zip(self.names, inputs))).logits


def build(kind, attention):
    cls, config, fields, names = MODELS[kind]
    model = cls(config(**fields, attn_implementation=attention)).eval()
    for name, parameter in model.named_parameters():
        parameter.data = torch.from_numpy(hashed(name, tuple(parameter.shape), GAIN))
    return Logits(model, names)


def inputs_of(kind, batch=2):
    names = MODELS[kind][3]
    if names == ["pixel_values"]:
        return (torch.from_numpy(hashed("pixels", (2, 3, 16, 16), 20.0))[:batch],)
    every = {"input_ids": IDS, "attention_mask": MASK, "token_type_ids": TYPES}
    return tuple(torch.tensor(every[name])[:batch] for name in names)


def export(kind, path, attention="sdpa", dynamo=False, opset=17, fixed=False):
    model = build(kind, attention)
    names = model.names
    args = inputs_of(kind, 1 if fixed else 2)
    axes = {0: "batch_size"} if names == ["pixel_values"] else {0: "batch_size", 1: "sequence_length"}
    common = {"input_names": names, "output_names": ["logits"], "opset_version": opset, "dynamo": dynamo}
    if dynamo:
        dims = {axis: torch.export.Dim(name) for axis, name in axes.items()}
        shapes = {} if fixed else {"dynamic_shapes": (tuple(dims for _ in names),)}
        torch.onnx.export(model, args, path, external_data=False, verbose=False, **shapes, **common)
    else:
        dynamic = {} if fixed else {"dynamic_axes": {**{name: axes for name in names}, "logits": {0: "batch_size"}}}
        torch.onnx.export(model, args, path, **dynamic, **common)
    return path


def fused(kind, source, path, **options):
    fusion = FusionOptions("vit" if kind == "vit" else "bert")
    for name, value in options.items():
        setattr(fusion, name, value)
    model = optimizer.optimize_model(
        source, model_type="vit" if kind == "vit" else "bert", num_heads=HEADS, hidden_size=WIDTH, optimization_options=fusion, opt_level=0,
    )
    model.save_model_to_file(path)


def half(source, path, keep_io):
    onnx.save(float16.convert_float_to_float16(onnx.load(source), keep_io_types=keep_io, disable_shape_infer=False), path)


class Calibration(CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter([feeds])

    def get_next(self):
        return next(self.feeds, None)


def blocked(source, path, bits, symmetric):
    config = DefaultWeightOnlyQuantConfig(block_size=16, is_symmetric=symmetric, bits=bits)
    quantizer = MatMulNBitsQuantizer(onnx.load(source), bits=bits, algo_config=config)
    quantizer.process()
    quantizer.model.save_model_to_file(path)


def strip(path):
    """Drops what changes no result: documentation, names and metadata of nodes, stated types of inner values."""
    model = onnx.load(path)
    for holder in [model, model.graph, *model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        holder.ClearField("doc_string")
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("name")
    model.graph.ClearField("metadata_props")
    model.ClearField("metadata_props")
    if not model.functions:
        del model.graph.value_info[:]
    onnx.save(model, path)


def exact_products():
    """Without it, 8-bit products saturate on processors with AVX2 but without VNNI: the numbers would be those of the machine."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def feeds_of(kind, path):
    session = onnxruntime.InferenceSession(str(path), exact_products(), providers=["CPUExecutionProvider"])
    shape = session.get_inputs()[0].shape
    batch = 1 if shape[0] == 1 else 2
    arrays = dict(zip(MODELS[kind][3], (tensor.numpy() for tensor in inputs_of(kind, batch))))
    types = {"tensor(float16)": numpy.float16, "tensor(float)": numpy.float32, "tensor(int64)": numpy.int64, "tensor(int32)": numpy.int32}
    return session, {i.name: arrays[i.name].astype(types[i.type]) for i in session.get_inputs()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    rows = {}

    def add(name, kind, make, exact=True):
        path = options.out / f"{name}.onnx"
        make(str(path))
        strip(path)
        session, feeds = feeds_of(kind, path)
        logits = session.run(["logits"], feeds)[0].astype(numpy.float32)
        with torch.no_grad():
            reference = build(kind, "eager")(*inputs_of(kind, len(logits))).numpy()
        moved = float(abs(logits - reference).max())
        assert moved < (1e-5 if exact else 0.5), (name, moved)
        rows[name] = {"kind": kind, "exact": exact, "batch": len(logits), "logits": (reference if exact else logits).tolist(), "torch": reference.tolist()}
        print(f"{name}: {path.stat().st_size} bytes, moved {moved:.1e}")

    with tempfile.TemporaryDirectory() as folder:
        plain = {}
        for kind in MODELS:
            plain[kind] = export(kind, f"{folder}/{kind}.onnx", opset=17)
        eager = export("bert", f"{folder}/bert-eager.onnx", attention="eager")

        add("bert-legacy-14", "bert", lambda path: export("bert", path, opset=14))
        add("bert-legacy-17-eager", "bert", lambda path: export("bert", path, attention="eager"))
        add("bert-fixed", "bert", lambda path: export("bert", path, fixed=True))
        add("bert-dynamo-18", "bert", lambda path: export("bert", path, dynamo=True, opset=18))
        add("bert-dynamo-23", "bert", lambda path: export("bert", path, dynamo=True, opset=23))
        add("bert-fused", "bert", lambda path: fused("bert", eager, path))
        add("bert-fused-mha", "bert", lambda path: fused("bert", eager, path, use_multi_head_attention=True))
        add("roberta-legacy-14", "roberta", lambda path: export("roberta", path, opset=14))
        add("distilbert-legacy-14", "distilbert", lambda path: export("distilbert", path, opset=14))
        add("vit-legacy-14", "vit", lambda path: export("vit", path, opset=14))
        add("vit-fixed", "vit", lambda path: export("vit", path, fixed=True))
        add("vit-dynamo-18", "vit", lambda path: export("vit", path, dynamo=True, opset=18))
        add("vit-fused", "vit", lambda path: fused("vit", plain["vit"], path))
        add("bert-fp16", "bert", lambda path: half(eager, path, True), exact=False)
        add("vit-fp16", "vit", lambda path: half(plain["vit"], path, False), exact=False)
        add("bert-int8", "bert", lambda path: quantize_dynamic(eager, path, weight_type=QuantType.QInt8), exact=False)
        add("vit-uint8", "vit", lambda path: quantize_dynamic(plain["vit"], path, weight_type=QuantType.QUInt8), exact=False)
        add("bert-fused-int8", "bert", lambda path: quantize_dynamic(str(options.out / "bert-fused.onnx"), path, weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT}), exact=False)

        def static(path, form):
            feeds = feeds_of("bert", eager)[1]
            quantize_static(eager, path, Calibration(feeds), quant_format=form, op_types_to_quantize=["MatMul", "Gemm"], activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)

        add("bert-qdq", "bert", lambda path: static(path, QuantFormat.QDQ), exact=False)
        add("bert-qoperator", "bert", lambda path: static(path, QuantFormat.QOperator), exact=False)
        add("bert-q4", "bert", lambda path: blocked(eager, path, 4, True), exact=False)
        add("bert-q4-asymmetric", "bert", lambda path: blocked(eager, path, 4, False), exact=False)
        add("bert-q8", "bert", lambda path: blocked(eager, path, 8, True), exact=False)

    made = {"script": "tools/make_onnx_variants.py", "torch": torch.__version__, "transformers": transformers.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
    pixels = inputs_of("vit")[0]
    inputs = {"input_ids": IDS, "attention_mask": MASK, "token_type_ids": TYPES, "pixel_values": pixels.flatten().tolist()}
    (options.out / "variants.json").write_text(json.dumps({"made": made, "inputs": inputs, "variants": rows}) + "\n")


if __name__ == "__main__":
    main()
