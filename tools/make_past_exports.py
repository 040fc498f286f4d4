"""Decoders in ONNX files that go on with a text (past_key_values), for test/reference/parity-onnx-decoders.test.ts.

The models of test/golden/parity-decoders.json that predict tokens: by both exporters of PyTorch from a module that takes and
gives back keys and values, by Optimum, and by the model builder of onnxruntime-genai. Weights are not stored
(make_onnx_exports.py); what is left is compressed.

Run:  python tools/make_past_exports.py --out test/fixtures/onnx/decoders --by past-legacy past-dynamo [--only NAME ...]
      ... --by genai          (onnxruntime-genai, onnx-ir)
      ... --by optimum        (optimum-onnx with a version of transformers that it knows)
"""

import argparse
import gzip
import json
import logging
import pathlib
import tempfile
import traceback
import warnings

import make_onnx_exports as exports
import onnx
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import DynamicCache, PreTrainedTokenizerFast


class WithPast(torch.nn.Module):
    """Logits, keys and values; flat, as exporters want it."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, *past):
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        result = self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids, past_key_values=cache, use_cache=True)
        present = [tensor for layer in result.past_key_values.layers for tensor in (layer.keys, layer.values)]
        return (result.logits, *present)


def with_past(model, ids, path, dynamo):
    with torch.no_grad():
        shapes = [layer.keys.shape[1::2] for layer in model(input_ids=ids, use_cache=True).past_key_values.layers]
    rows, length, gone = 2, 5, 3
    feeds = [
        ids[:, :length],
        torch.ones(rows, gone + length, dtype=torch.int64),
        torch.arange(gone, gone + length).repeat(rows, 1),
        *(torch.randn(rows, count, gone, size) for count, size in shapes for _ in "kv"),
    ]
    names = ["input_ids", "attention_mask", "position_ids"]
    axes = [{0: "batch_size", 1: "sequence_length"}, {0: "batch_size", 1: "past_sequence_length + 1"}, {0: "batch_size", 1: "sequence_length"}]
    for layer in range(len(shapes)):
        for part in ("key", "value"):
            names.append(f"past_key_values.{layer}.{part}")
            axes.append({0: "batch_size", 2: "past_sequence_length"})
    outputs = ["logits", *(name.replace("past_key_values", "present") for name in names[3:])]
    module = WithPast(model).eval()
    if dynamo:
        dims = {name: torch.export.Dim.DYNAMIC for name in ("batch_size", "sequence_length", "past_sequence_length", "past_sequence_length + 1")}
        dynamic = [{axis: dims[name] for axis, name in own.items()} for own in axes]
        shapes = (*dynamic[:3], tuple(dynamic[3:]))
        torch.onnx.export(module, tuple(feeds), path, input_names=names, output_names=outputs, opset_version=18, dynamo=True, dynamic_shapes=shapes, external_data=False, verbose=False)
    else:
        torch.onnx.export(module, tuple(feeds), path, input_names=names, output_names=outputs, opset_version=17, dynamo=False, dynamic_axes=dict(zip(names, axes)))
    return onnx.load(path)


def saved(model, folder):
    """As a checkpoint with a tokenizer of as many words."""
    model.save_pretrained(folder)
    words = {f"w{i}": i for i in range(model.config.vocab_size)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="w0", eos_token="w1", bos_token="w2").save_pretrained(folder)


def genai(model, folder, provider="cpu"):
    from onnxruntime_genai.models.builder import create_model, parse_extra_options

    checkpoint, out = f"{folder}/checkpoint", f"{folder}/out"
    saved(model, checkpoint)
    where = ("", checkpoint, out, "fp32", provider, f"{folder}/cache")
    create_model(*where, **parse_extra_options(*where, []))
    return onnx.load(f"{out}/model.onnx")


def optimum(model, folder):
    from optimum.exporters.onnx import main_export

    checkpoint, out = f"{folder}/checkpoint", f"{folder}/out"
    saved(model, checkpoint)
    main_export(checkpoint, out, task="text-generation-with-past", do_validation=False, no_post_process=False)
    return onnx.load(f"{out}/model.onnx")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--by", nargs="+", required=True, choices=["past-legacy", "past-dynamo", "genai", "genai-webgpu", "optimum"])
    parser.add_argument("--only", nargs="*")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    logging.disable(logging.INFO)
    cases = {case["name"]: case for case in json.loads(pathlib.Path("test/golden/parity-decoders.json").read_text())["cases"]}
    for name, case in cases.items():
        if "positions" not in case["inputs"] or (options.only and name not in options.only):
            continue
        for by in options.by:
            try:
                model, feeds = exports.decoder_model(case)
                model = model.float()
                model.config.use_cache = True
                try:
                    model.set_attn_implementation("sdpa")
                except ValueError:
                    model.set_attn_implementation("eager")
                with tempfile.TemporaryDirectory() as folder, torch.no_grad():
                    if by in ("past-legacy", "past-dynamo"):
                        exported = with_past(model, feeds["input_ids"], f"{folder}/model.onnx", by == "past-dynamo")
                    else:
                        exported = {"genai": genai, "genai-webgpu": lambda *given: genai(*given, "webgpu"), "optimum": optimum}[by](model, folder)
                kept = exports.referenced(exported, case)
                exports.strip(exported)
                packed = gzip.compress(exported.SerializeToString(deterministic=True), 9, mtime=0)
                (options.out / f"{exports.slug(name)}-{by}.onnx.gz").write_bytes(packed)
                print(f"{name}, {by}, transformers {transformers.__version__}: {len(packed)} bytes, of which tensors {kept} before compression", flush=True)
            except Exception as error:
                print(f"{name}, {by}, transformers {transformers.__version__}: cannot be exported: {type(error).__name__}: {str(error)[:200]}", flush=True)
                if options.only:
                    traceback.print_exc(limit=-4)


if __name__ == "__main__":
    main()
