"""A matrix of small random classifiers as people have them, with what transformers and onnxruntime give for a few inputs.

Families x heads x forms (checkpoint, ONNX by either exporter of PyTorch) x batch x outputs x attention x settings of the
tokenizer: not the product, but a covering design, in which every pair of values of two factors that can be had together is
had at least once. Each case is a folder with `case.json`; `cases.json` lists all that the folder of the output holds, so
that runs with several versions of transformers add up. Nothing of it is stored in the repository:
`npm run docs:matrix -- FOLDER` runs the cases through calig and writes the counts into docs/parity.md.

Run:  python tools/make_matrix.py --out FOLDER [--first] [--only REGEX]
"""

import argparse
import contextlib
import hashlib
import json
import logging
import pathlib
import re
import shutil
import time
import traceback
import warnings

import matrix_models as models
import matrix_tokenizers as tokens
import numpy
import onnxruntime
import PIL
import torch
import transformers
from matrix_design import RELEASES, designed, first, of_files
from matrix_files import Outputs, after_export, feeds_for, opset_of
from matrix_rollout import rollout
from PIL import Image
from transformers import AutoImageProcessor, AutoTokenizer

SHORT = "not bad."
LONGER = f"A gripping, beautifully shot Film that FORGETS to end: le café est naïve, 不好 {tokens.ADDED}!"
PAIR = ("How many people live in Berlin?", "Berlin is a city with people.")
# Where the position that is read depends on the padding token, it is in the text, too.
PADDED = "the plot is {pad} thin {pad}"
READ_LAST = ("gpt2", "llama", "qwen2", "qwen3", "mistral", "gemma", "phi3", "gpt_neox", "opt", "bloom")
# Tokens of a file whose axes are all fixed.
FIXED = 32
# Logits of two inputs that are nearer than this, relative to the largest, would prove little.
LEAST_DIFFERENCE = 0.02


def text_inputs(case, roles):
    pad = tokenizer_token(case, "pad")
    if models.HEADS_OF[case["head"]][3]:
        return [{"text": PAIR[0], "pair": PAIR[1]}, {"text": SHORT, "pair": LONGER}]
    texts = [{"text": SHORT}, {"text": LONGER}]
    if not models.HEADS_OF[case["head"]][2]:
        texts.append({"text": PAIR[0], "pair": PAIR[1]})
    if case["family"] in READ_LAST:
        texts.append({"text": PADDED.format(pad=pad)})
    return texts


def tokenizer_token(case, role):
    return tokens.LAYOUTS[models.FAMILIES[case["family"]][0]][2].get(role)


def picture(path, size, seed):
    generator = numpy.random.default_rng(seed)
    coarse = Image.fromarray(generator.integers(0, 256, (5, 7, 3), dtype=numpy.uint8))
    coarse.resize(size, Image.Resampling.BICUBIC).save(path)


def prepare_text(case, folder, special):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    inputs = text_inputs(case, special)
    encoded = [dict(tokenizer(given["text"], given.get("pair"), return_tensors="pt")) for given in inputs]
    for given, feeds in zip(inputs, encoded):
        given["ids"] = feeds["input_ids"][0].tolist()
    # What the exporter sees: one row, or two of which one is padded (or not, so that the mask is all ones).
    rows = [PAIR, (LONGER, "It is.")] if models.HEADS_OF[case["head"]][3] else ["The plot is thin.", LONGER]
    if case["batch"] == "one":
        sample = encoded[1]
    elif case["sample"] == "padded":
        sample = dict(tokenizer(rows, padding=True, return_tensors="pt"))
    else:
        sample = dict(tokenizer([rows[0], rows[0]], return_tensors="pt"))
    return inputs, encoded, sample


def prepare_pictures(case, folder):
    getattr(transformers, models.FAMILIES[case["family"]][0])
    processor = AutoImageProcessor.from_pretrained(folder, use_fast=False)
    inputs, encoded = [], []
    for index, size in enumerate(((40, 30), (33, 57))):
        name = f"picture-{index}.png"
        picture(folder / name, size, index)
        inputs.append({"image": name})
        encoded.append(dict(processor(Image.open(folder / name), return_tensors="pt")))
    sample = encoded[0] if case["batch"] == "one" else {"pixel_values": torch.cat([feeds["pixel_values"] for feeds in encoded])}
    return inputs, encoded, sample


def write_processor(case, folder):
    settings = {
        "ViTImageProcessor": {"size": {"height": models.IMAGE, "width": models.IMAGE}},
        "DeiTImageProcessor": {"size": {"height": 40, "width": 40}, "crop_size": {"height": models.IMAGE, "width": models.IMAGE}, "do_center_crop": True, "resample": 3},
        "BeitImageProcessor": {"size": {"height": models.IMAGE, "width": models.IMAGE}, "do_center_crop": False, "resample": 3},
        "BitImageProcessor": {"size": {"shortest_edge": 40}, "crop_size": {"height": models.IMAGE, "width": models.IMAGE}, "resample": 3},
    }
    name = models.FAMILIES[case["family"]][0]
    fields = {
        "image_processor_type": name, "do_resize": True, "do_rescale": True, "do_normalize": True, "rescale_factor": 1 / 255,
        "resample": 2, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], **settings[name],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(fields, indent=1))


def indices_by_broadcasting(mask_function, bh_indices=True):
    """As Optimum does: masks of transformers 4 without vmap, which the legacy exporter cannot trace."""

    def expanded(batch, head, query, key):
        indices = ((batch, 0), (head, 1), (query, 2), (key, 3))
        parts = [None if values is None else values.reshape([-1 if axis == place else 1 for axis in range(4)]) for values, place in indices]
        mask = mask_function(*parts)
        return mask.expand(batch.shape[0], 1, query.shape[0], key.shape[0]) if bh_indices else mask

    return expanded


def export(case, model, sample, path):
    module = Outputs(model, list(sample), case["outputs"], case.get("file")).eval()
    sample = feeds_for(case, sample)
    args = tuple(sample.values())
    with torch.no_grad():
        given = module(*args)
    count = 1 if isinstance(given, torch.Tensor) else len(given)
    outputs = ["logits", *(f"extra.{index}" for index in range(1, count))]
    axes = {0: "batch_size"} if case["batch"] == "free" else {}
    if "pixel_values" not in sample and case.get("file") != "fixed-length":
        axes[1] = "sequence_length"
    dynamo = case["form"] == "dynamo"
    common = {"input_names": list(sample), "output_names": outputs, "opset_version": opset_of(case), "dynamo": dynamo}
    with torch.no_grad():
        if dynamo:
            dims = {axis: torch.export.Dim(name) if name == "batch_size" else torch.export.Dim(name, max=models.POSITIONS) for axis, name in axes.items()}
            shapes = {"dynamic_shapes": (tuple(dims for _ in sample),)} if axes else {}
            torch.onnx.export(module, args, path, external_data=False, verbose=False, **shapes, **common)
        else:
            free = {name: axes for name in sample}
            for name, value in zip(outputs, [given] if count == 1 else given):
                free[name] = {0: axes[0]} if 0 in axes else {}
            torch.onnx.export(module, args, path, dynamic_axes=free if axes else None, **common)


def engine_logits(path, encoded):
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    wanted = [given.name for given in session.get_inputs()]
    found = []
    for feeds in encoded:
        try:
            found.append(session.run(None, {name: feeds[name].numpy() for name in wanted})[0][0].tolist())
        except Exception as error:
            found.append({"error": str(error)[:200]})
    return wanted, found


def seed_of(case):
    return int(hashlib.sha256(case["id"].encode()).hexdigest()[:8], 16)


def make(case, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    layout = models.FAMILIES[case["family"]][0]
    seed = seed_of(case)
    size, special = None, {}
    if case["family"] in models.PICTURES:
        write_processor(case, folder)
    else:
        size, special = tokens.write(folder, layout, case["setting"], models.POSITIONS, models.inputs_of(case["family"]))
        # As training scripts leave it: read and written by this version of transformers.
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.save_pretrained(folder)
        size = max(size, len(tokenizer))
    model = models.build(case["family"], case["head"], case["attention"], size, special, seed)
    model.config.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    config["architectures"] = [type(model).__name__]
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    inputs, encoded, sample = prepare_pictures(case, folder) if case["family"] in models.PICTURES else prepare_text(case, folder, special)
    if hasattr(model.config, "use_cache"):
        model.config.use_cache = False
    file = case.get("file")
    if file == "fixed-length":
        tokenizer = AutoTokenizer.from_pretrained(folder)
        encoded = [dict(tokenizer(given["text"], given.get("pair"), return_tensors="pt", padding="max_length", max_length=FIXED, truncation=True)) for given in inputs]
        for given, feeds in zip(inputs, encoded):
            given["ids"] = tokenizer(given["text"], given.get("pair"), truncation=True, max_length=FIXED)["input_ids"]
        sample = encoded[1]
    if file == "no-mask":
        encoded = [{name: value for name, value in feeds.items() if name != "attention_mask"} for feeds in encoded]
        sample = encoded[1] if case["batch"] == "one" else {name: torch.cat([value, value]) for name, value in encoded[1].items()}
    with torch.no_grad():
        logits = [model(**feeds).logits[0].float() for feeds in encoded]
    if not models.HEADS_OF[case["head"]][2]:
        largest = max(value.abs().max().item() for value in logits)
        apart = (logits[0] - logits[1]).abs().max().item() / largest
        if apart < LEAST_DIFFERENCE:
            raise RuntimeError(f"logits hardly depend on the input: {apart:.4f}")
    eager = models.build(case["family"], case["head"], "eager", size, special, seed)
    for given, value, feeds in zip(inputs, logits, encoded):
        given["logits"] = value.tolist()
        token = len(value) // 2 if models.HEADS_OF[case["head"]][2] else None
        if file != "fixed-length":
            given["rollout"] = rollout(case["family"], eager, feeds, token)
    record = {**case, "inputs": inputs, "config": config}
    if case["form"] == "checkpoint":
        model.save_pretrained(folder)
        (folder / "config.json").write_text(json.dumps(config, indent=1))
    else:
        path = folder / "model.onnx"
        export(case, model, sample, str(path))
        path = after_export(case, path, models.WIDTH, models.HEADS)
        record["onnxInputs"], engine = engine_logits(path, [feeds_for(case, feeds) for feeds in encoded])
        if all(isinstance(value, dict) for value in engine):
            raise RuntimeError(f"the engine runs the file for no input: {engine[0]['error']}")
        for given, value in zip(inputs, engine):
            given["engine"] = value
    (folder / "case.json").write_text(json.dumps(record) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--first", action="store_true", help="a short list: foreign ONNX families, and exports with one row")
    parser.add_argument("--only", default="", help="cases whose id matches")
    parser.add_argument("--missing", action="store_true", help="leave cases alone that are there")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.ERROR)
    transformers.utils.logging.set_verbosity_error()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    release = RELEASES[int(transformers.__version__.split(".")[0])]
    if int(PIL.__version__.split(".")[0]) > 12:
        raise SystemExit("Pillow 13 resizes some pictures otherwise: make the matrix with the version of requirements.txt")
    if release == "tf4":
        transformers.masking_utils._vmap_for_bhqkv = indices_by_broadcasting
        transformers.masking_utils.TransformGetItemToIndex = contextlib.nullcontext
    refused = {}
    # In no order, so that a part of them tells already.
    listed = first() if options.first else sorted([*designed(), *of_files()], key=seed_of)
    for case in listed:
        folder = options.out / case["id"]
        if case["release"] != release or not re.search(options.only, case["id"]) or (options.missing and (folder / "case.json").exists()):
            continue
        start = time.time()
        try:
            make(case, folder)
            print(f"{case['id']}: {time.time() - start:.1f} s", flush=True)
        except Exception as error:
            shutil.rmtree(folder, ignore_errors=True)
            refused[case["id"]] = f"{type(error).__name__}: {str(error)[:300]}"
            print(f"{case['id']}: not made: {refused[case['id']]}", flush=True)
            if options.only:
                traceback.print_exc()
    cases = [json.loads(path.read_text()) for path in sorted(options.out.glob("*/case.json"))]
    versions = {"transformers": transformers.__version__, "torch": torch.__version__, "onnxruntime": onnxruntime.__version__}
    (options.out / f"made-{release}.json").write_text(json.dumps({"made": versions, "notMade": refused}, indent=1) + "\n")
    (options.out / "cases.json").write_text(json.dumps({"script": "tools/make_matrix.py", "cases": cases}) + "\n")
    print(f"{len(cases)} cases, {len(refused)} could not be made in this run")


if __name__ == "__main__":
    main()
