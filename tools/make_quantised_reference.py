"""Small random classifiers of BERT in the forms that libraries of quantisation store, with the logits of their dequantised weights.

Each layer is quantised, stored and dequantised again by the code of the library itself: bitsandbytes, compressed-tensors,
optimum-quanto, AutoGPTQ, AutoAWQ, and transformers for fp8. The logits are those of transformers with the dequantised
weights in float32. Layers that no library quantises by habit (embeddings, pooler, classifier) are stored as float16.

Run:  python tools/make_quantised_reference.py --tokenizer FOLDER --libraries FOLDER --out test/fixtures/quantised

The libraries need not be installed with what they depend on: `pip install --no-deps --target FOLDER bitsandbytes
compressed-tensors optimum-quanto`, and the files of auto-gptq 0.7.1 and autoawq 0.2.9 unpacked into FOLDER.
"""

import argparse
import importlib.util
import json
import pathlib
import shutil
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

TEXTS = ["good film", "the acting was not good at all"]
SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 32, "num_labels": 3}
# The processor's kernel of bitsandbytes 0.50 is wrong where a row is shorter than a block of 64.
WIDE = {**SIZES, "hidden_size": 64, "num_hidden_layers": 1}


def load_file(path, name):
    """A single file of a package whose other files are not wanted."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bitsandbytes_8(name, weight):
    from bitsandbytes import functional

    codes, scales, _ = functional.int8_vectorwise_quant(weight.half())
    stored = {"weight": codes, "SCB": scales, "weight_format": torch.tensor(0, dtype=torch.uint8)}
    return stored, functional.int8_vectorwise_dequant(codes, scales)


def bitsandbytes_4(kind, nested, dtype):
    def quantise(name, weight):
        from bitsandbytes import functional

        codes, state = functional.quantize_4bit(weight.to(dtype), quant_type=kind, compress_statistics=nested)
        stored = {"weight": codes, **{f"weight.{key}": value for key, value in state.as_dict(packed=True).items()}}
        return stored, functional.dequantize_4bit(codes, state)

    return quantise


def compressed_tensors(form, **weights):
    def quantise(name, weight):
        from compressed_tensors.compressors import BaseCompressor
        from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
        from compressed_tensors.quantization.utils import calculate_qparams

        arguments = QuantizationArgs(**weights)
        scheme = QuantizationScheme(targets=["Linear"], weights=arguments)
        weight = weight.bfloat16()
        rows, columns = weight.shape
        size = arguments.group_size or columns
        groups = weight.reshape(rows, columns // size, size)
        scale, zero = calculate_qparams(groups.amin(-1), groups.amax(-1), arguments)
        state = {"weight": weight, "weight_scale": scale.bfloat16()}
        if not arguments.symmetric:
            state["weight_zero_point"] = zero.to(torch.int8)
        compressor = BaseCompressor.get_value_from_registry(form)
        stored = compressor.compress(state, scheme)
        return {key: value.clone() for key, value in stored.items()}, compressor.decompress(stored, scheme)["weight"]

    return quantise


def fp8_blocks(name, weight):
    from transformers.integrations.finegrained_fp8 import Fp8Dequantize

    block = 16
    rows, columns = weight.shape
    grid = weight.reshape(rows // block, block, columns // block, block)
    scale = grid.abs().amax(dim=(1, 3)) / 448
    codes = (grid / scale[:, None, :, None]).reshape(rows, columns).to(torch.float8_e4m3fn)
    return {"weight": codes, "weight_scale_inv": scale}, Fp8Dequantize(None)._dequantize_one(codes, scale, torch.float32)


def quanto(qtype):
    def quantise(name, weight):
        import optimum.quanto as library

        kind = getattr(library, qtype)
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        linear.weight.data = weight.clone()
        module = library.nn.QLinear.from_module(linear, weights=kind)
        module.freeze()
        return {key: value.clone() for key, value in module.state_dict().items()}, module.weight.dequantize().detach()

    return quantise


def gptq(libraries, bits, order, format):
    def quantise(name, weight):
        library = load_file(libraries / "auto_gptq/nn_modules/qlinear/qlinear_cuda.py", "qlinear")
        outputs, inputs = weight.shape
        size = 16
        layer = library.QuantLinear(bits, size, inputs, outputs, False)
        group_of = torch.arange(inputs) // size
        if order:
            group_of = group_of[torch.randperm(inputs)]
        most = 2**bits - 1
        scale = torch.stack([(weight[:, group_of == g].amax(1) - weight[:, group_of == g].amin(1)) / most for g in range(inputs // size)], 1)
        low = torch.stack([weight[:, group_of == g].amin(1) for g in range(inputs // size)], 1)
        scale = scale.half().float()
        # A zero point of 0 is not stored faithfully by this format.
        zero = (-low / scale).round().clamp(1, most)
        codes = (weight / scale[:, group_of] + zero[:, group_of]).round().clamp(0, most)
        linear = torch.nn.Linear(inputs, outputs, bias=False)
        linear.weight.data = (codes - zero[:, group_of]) * scale[:, group_of]
        layer.pack(linear, scale, zero.clone(), group_of.to(torch.int32))
        layer.scales = layer.scales.half()
        dequantised = layer(torch.eye(inputs, dtype=torch.float16)).T
        stored = {key: getattr(layer, key).contiguous() for key in ("qweight", "qzeros", "scales", "g_idx")}
        if format == "gptq_v2":  # what gptqmodel makes of it: zero points as they are
            stored["qzeros"] = stored["qzeros"] + {4: 0x11111111}[bits]
        return stored, dequantised

    return quantise


def awq(libraries):
    def quantise(name, weight):
        library = load_file(libraries / "awq/utils/packing_utils.py", "packing_utils")
        outputs, inputs = weight.shape
        size = 16
        groups = weight.T.reshape(inputs // size, size, outputs)
        scale = ((groups.amax(1) - groups.amin(1)) / 15).half()
        zero = (-groups.amin(1) / scale).round().clamp(0, 15)
        codes = (groups / scale[:, None] + zero[:, None]).round().clamp(0, 15).reshape(inputs, outputs)

        def pack(values):
            words = torch.zeros(values.shape[0], outputs // 8, dtype=torch.int64)
            for place, column in enumerate(library.AWQ_ORDER):
                words |= values.to(torch.int64)[:, column::8] << (4 * place)
            return torch.where(words >= 2**31, words - 2**32, words).to(torch.int32)

        stored = {"qweight": pack(codes), "qzeros": pack(zero), "scales": scale}
        dequantised = library.dequantize_gemm(stored["qweight"], stored["qzeros"], scale, 4, size).T
        return stored, dequantised

    return quantise


def cases(libraries):
    bits = {"load_in_4bit": True, "quant_method": "bitsandbytes"}
    weights = lambda form, **arguments: (  # noqa: E731
        {"quant_method": "compressed-tensors", "format": form, "quantization_status": "compressed", "config_groups": {"group_0": {"targets": ["Linear"], "weights": arguments}}},
        compressed_tensors(form, **arguments),
    )
    return {
        "bitsandbytes-int8": ({"quant_method": "bitsandbytes", "load_in_8bit": True}, bitsandbytes_8),
        "bitsandbytes-nf4": (bits, bitsandbytes_4("nf4", False, torch.float32)),
        "bitsandbytes-nf4-nested": (bits, bitsandbytes_4("nf4", True, torch.bfloat16)),
        "bitsandbytes-fp4": (bits, bitsandbytes_4("fp4", False, torch.float16)),
        "compressed-int8": weights("int-quantized", num_bits=8, type="int", strategy="channel", symmetric=True),
        "compressed-int8-asymmetric": weights("naive-quantized", num_bits=8, type="int", strategy="group", group_size=16, symmetric=False),
        "compressed-fp8": weights("float-quantized", num_bits=8, type="float", strategy="channel", symmetric=True),
        "compressed-packed": weights("pack-quantized", num_bits=4, type="int", strategy="group", group_size=16, symmetric=True),
        "compressed-packed-asymmetric": weights("pack-quantized", num_bits=4, type="int", strategy="group", group_size=16, symmetric=False),
        "compressed-packed-int8": weights("pack-quantized", num_bits=8, type="int", strategy="channel", symmetric=True),
        "fp8-blocks": ({"quant_method": "fp8", "weight_block_size": [16, 16]}, fp8_blocks),
        "quanto-int8": ({"quant_method": "quanto", "weights": "int8"}, quanto("qint8")),
        "quanto-fp8": ({"quant_method": "quanto", "weights": "float8"}, quanto("qfloat8_e4m3fn")),
        "gptq-4": ({"quant_method": "gptq", "bits": 4, "group_size": 16}, gptq(libraries, 4, False, "gptq")),
        "gptq-4-order": ({"quant_method": "gptq", "bits": 4, "group_size": 16, "desc_act": True}, gptq(libraries, 4, True, "gptq")),
        "gptq-4-v2": ({"quant_method": "gptq", "bits": 4, "group_size": 16, "checkpoint_format": "gptq_v2"}, gptq(libraries, 4, False, "gptq_v2")),
        "gptq-3": ({"quant_method": "gptq", "bits": 3, "group_size": 16}, gptq(libraries, 3, False, "gptq")),
        "gptq-8": ({"quant_method": "gptq", "bits": 8, "group_size": 16}, gptq(libraries, 8, False, "gptq")),
        "awq": ({"quant_method": "awq", "bits": 4, "group_size": 16, "version": "gemm", "zero_point": True}, awq(libraries)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
    parser.add_argument("--libraries", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    sys.path.insert(0, str(args.libraries))
    tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
    args.out.mkdir(parents=True, exist_ok=True)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(args.tokenizer / file, args.out / file)
    logits_of = lambda model: [model(**tokenizer(text, return_tensors="pt")).logits[0].tolist() for text in TEXTS]  # noqa: E731
    reference = {"script": "tools/make_quantised_reference.py", "texts": TEXTS, "cases": {}}
    with torch.no_grad():
        for name, (settings, quantise) in cases(args.libraries).items():
            torch.manual_seed(17)
            sizes = WIDE if "load_in_4bit" in settings else SIZES
            config = BertConfig(vocab_size=len(tokenizer), initializer_range=0.4, **sizes)
            base = BertForSequenceClassification(config).half().float().eval()
            model = BertForSequenceClassification(config).eval()
            model.load_state_dict(base.state_dict())
            tensors = {key: value.half() for key, value in base.state_dict().items()}
            for layer, module in model.bert.encoder.named_modules(prefix="bert.encoder"):
                if not isinstance(module, torch.nn.Linear):
                    continue
                stored, dequantised = quantise(layer, module.weight.data.clone())
                del tensors[f"{layer}.weight"]
                tensors.update({f"{layer}.{key}": value.contiguous() for key, value in stored.items()})
                module.weight.data = dequantised.float()
            folder = args.out / name
            folder.mkdir(exist_ok=True)
            save_file(tensors, folder / "model.safetensors", {"format": "pt"})
            stated = {**config.to_dict(), "architectures": ["BertForSequenceClassification"], "quantization_config": settings}
            (folder / "config.json").write_text(json.dumps(stated, indent=1, sort_keys=True) + "\n")
            reference["cases"][name] = logits_of(model)
            moved = (torch.tensor(reference["cases"][name]) - torch.tensor(logits_of(base))).abs().max()
            print(f"{name}: {reference['cases'][name][0]}, moved by {moved:.3g}")
    (args.out / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")


main()
