"""ONNX exports of the models of test/golden/parity-{text,vision}.json, for test/reference/parity-onnx.test.ts.

Each model is exported by both exporters of PyTorch, the older one (TorchScript) and the newer one (torch.export), with
sdpa attention where the model has it, as users do (but for ModernBERT). Weights are not stored: a tensor that is a hashed parameter, or one
transposed, is kept as its name, written as the location of external data ("NAME" or "NAME^T"), and made again by the
test. What is left is compressed.

Run:  python tools/make_onnx_exports.py --out test/fixtures/onnx/exports [--only NAME ...]
      python tools/make_onnx_exports.py --decoders --out test/fixtures/onnx/decoders [--only NAME ...]
"""

import argparse
import gzip
import json
import logging
import pathlib
import re
import tempfile
import traceback
import warnings

import make_decoder_reference as decoders
import make_parity_reference as text
import make_vision_reference as vision
import numpy
import onnx
import torch
import transformers
from hashed_weights import hashed, uniform
from make_onnx_variants import Logits
from onnx import numpy_helper
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification

# Tensors with fewer elements are stored.
LEAST = 16
TEXT = [
    "bert", "bert, tokens", "roberta", "distilbert", "electra", "albert", "mpnet", "deberta-v2", "deberta-v2 without buckets",
    "modernbert", "modernbert with biases and mean",
]
VISION = ["vit", "deit", "deit with teacher", "beit", "beit, shared bias, class token", "dinov2", "dinov2 with registers"]
DECODERS = [case["name"] for case in json.loads(pathlib.Path("test/golden/parity-decoders.json").read_text())["cases"]]
KEYS = {"ids": "input_ids", "mask": "attention_mask", "typeIds": "token_type_ids"}


def golden(name):
    with open(f"test/golden/parity-{name}.json") as file:
        return {case["name"]: case for case in json.load(file)["cases"]}


def text_model(case):
    config = {key: value for key, value in case["config"].items() if key not in ("model_type", "architectures", "id2label")}
    per_token = "token" in case["target"]
    auto = AutoModelForTokenClassification if per_token else AutoModelForSequenceClassification
    model, _ = text.build(case["config"]["model_type"], {**config, "num_labels": text.CLASSES}, auto)
    feeds = {KEYS[key]: torch.tensor(rows) for key, rows in case["inputs"].items()}
    return model, feeds


def decoder_model(case):
    config = {key: value for key, value in case["config"].items() if key not in ("model_type", "architectures", "id2label")}
    auto = decoders.AutoModelForCausalLM if "positions" in case["inputs"] else AutoModelForSequenceClassification
    model, _ = decoders.build(case["config"]["model_type"], config, auto)
    model.config.use_cache = False
    ids = torch.tensor(case["inputs"]["ids"])
    return model, {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def vision_model(case):
    name = case["name"]
    model_type, changes, kind, _ = vision.CASES[name]
    model, _ = vision.from_checkpoint(model_type, {**vision.COMMON, **changes}, kind)
    shape = case["inputs"]["pixels"]
    pixels = uniform("pixels", int(numpy.prod(shape))).astype("float32").reshape(shape)
    return model, {"pixel_values": torch.from_numpy(pixels)}


def export(model, feeds, path, dynamo, opset):
    module = Logits(model, list(feeds)).eval()
    args = tuple(feeds.values())
    is_text = "pixel_values" not in feeds
    axes = {0: "batch_size", 1: "sequence_length"} if is_text else {0: "batch_size"}
    names = {"input_names": list(feeds), "output_names": ["logits"], "opset_version": opset, "dynamo": dynamo}
    if dynamo:
        shapes = (tuple({axis: torch.export.Dim(name) for axis, name in axes.items()} for _ in feeds),)
        torch.onnx.export(module, args, path, external_data=False, verbose=False, dynamic_shapes=shapes, **names)
    else:
        torch.onnx.export(module, args, path, dynamic_axes={name: axes for name in feeds}, **names)


def referenced(model, case):
    """Replaces the bytes of hashed parameters by their names."""
    known = {}
    for name, shape in case["tensors"]:
        array = hashed(name, tuple(shape), case["gain"])
        known.setdefault(array.tobytes(), name)
        if array.ndim == 2:
            known.setdefault(numpy.ascontiguousarray(array.T).tobytes(), f"{name}^T")
    kept = 0
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        name = known.get(array.tobytes()) if array.dtype == numpy.float32 and array.size >= LEAST else None
        if name is None:
            kept += array.nbytes
            continue
        for field in ("raw_data", "float_data"):
            tensor.ClearField(field)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", name), ("offset", "0"), ("length", str(array.nbytes))):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, value
    return kept


def strip(model):
    """Drops what changes no result."""
    for holder in [model, model.graph, *model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        holder.ClearField("doc_string")
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("name")
    model.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
    if not model.functions:
        del model.graph.value_info[:]


def slug(name):
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--decoders", action="store_true", help="decoders (parity-decoders.json), and no others")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    logging.disable(logging.INFO)
    transformers.utils.logging.disable_progress_bar()
    cases = {name: (golden_case, build) for names, file, build in ((TEXT, "text", text_model), (VISION, "vision", vision_model), (DECODERS, "decoders", decoder_model)) for name in names for golden_case in [golden(file)[name]]}
    for name, (case, build) in cases.items():
        if (options.only and name not in options.only) or options.decoders != (name in DECODERS):
            continue
        for exporter, dynamo, opset in (("legacy", False, 14), ("dynamo", True, 18)):
            try:
                model, feeds = build(case)
                model = model.float()
                try:
                    # Where sliding windows see only padding, sdpa gives zeros and the reference does not.
                    model.set_attn_implementation("eager" if model.config.model_type == "modernbert" else "sdpa")
                except (ValueError, AttributeError) as refusal:
                    print(f"{name}: eager attention ({str(refusal)[:80]})")
                with tempfile.TemporaryDirectory() as folder, torch.no_grad():
                    path = f"{folder}/model.onnx"
                    export(model, feeds, path, dynamo, opset)
                    exported = onnx.load(path)
                kept = referenced(exported, case)
                strip(exported)
                packed = gzip.compress(exported.SerializeToString(deterministic=True), 9, mtime=0)
                (options.out / f"{slug(name)}-{exporter}.onnx.gz").write_bytes(packed)
                print(f"{name}, {exporter}: {len(packed)} bytes, of which tensors {kept} before compression")
            except Exception as error:
                print(f"{name}, {exporter}: cannot be exported: {type(error).__name__}: {str(error)[:300]}")
                if options.only:
                    traceback.print_exc()


if __name__ == "__main__":
    main()
