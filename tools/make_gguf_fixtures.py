"""Small random models as GGUF files, and what transformers computes with their weights: test/fixtures/gguf/.

The weights are quantised and dequantised by the `gguf` package, in the layout of llama.cpp's converter
(convert_hf_to_gguf.py). Logits are those of PyTorch with the dequantised weights; what transformers makes of the file
itself (`from_pretrained(..., gguf_file=...)`) has to agree where it reads the architecture rightly, and its tokenizer gives
the ids.

    pip install gguf accelerate
    python tools/make_gguf_fixtures.py --out test/fixtures/gguf
"""

import argparse
import json
import pathlib

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Q
from gguf.quants import dequantize, quantize
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

TEXTS = [
    "A gripping, beautifully shot film that",
    "In 1969, 12345 people saw it's 3.14\n\nnot   there; naïve 😢 café",
    " The plot is thin but the acting is superb. ",
]
CORPUS = TEXTS + ["The capital of France is the city of Paris.", "the film is thin and the plot is not there, people say"]
KINDS = [Q.Q4_1, Q.Q8_0, Q.Q5_0, Q.Q4_0, Q.Q5_1, Q.F16, Q.BF16, Q.F32]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128}
ONE = {**SMALL, "num_hidden_layers": 1, "pad_token_id": 0}
MODELS = {
    "llama": ("llama", {**SMALL, "rope_theta": 5000.0, "rms_norm_eps": 1e-5, "tie_word_embeddings": False}, "llama"),
    "llama3": ("llama", {**SMALL, "head_dim": 16, "tie_word_embeddings": True, "rope_theta": 500000.0, "rms_norm_eps": 1e-5, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}, "llama-bpe"),
    "qwen2": ("qwen2", {**SMALL, "tie_word_embeddings": True, "rope_theta": 1e6}, "qwen2"),
    "qwen3": ("qwen3", {**SMALL, "head_dim": 32, "tie_word_embeddings": True, "rope_theta": 1e6}, "qwen2"),
    "gpt2": ("gpt2", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_inner": 64, "n_positions": 128}, "gpt-2"),
    "gemma2": ("gemma2", {**SMALL, "head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 8, "attn_logit_softcapping": 5.0, "final_logit_softcapping": 3.0}, "llama"),
    "gemma3": ("gemma3_text", {**SMALL, "num_hidden_layers": 7, "head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 8, "rope_theta": 1e6, "rope_local_base_freq": 1e4}, "llama"),
    "starcoder2": ("starcoder2", {**ONE, "rope_theta": 1e4}, "qwen2"),
    "granite": ("granite", {**ONE, "embedding_multiplier": 3.0, "attention_multiplier": 0.2, "residual_multiplier": 0.7, "logits_scaling": 2.0, "tie_word_embeddings": True}, "qwen2"),
    "stablelm": ("stablelm", {**ONE, "partial_rotary_factor": 0.5, "use_qkv_bias": True, "tie_word_embeddings": True}, "qwen2"),
    "olmo2": ("olmo2", {**ONE, "tie_word_embeddings": True}, "qwen2"),
    "smollm3": ("smollm3", {**ONE, "num_hidden_layers": 4, "tie_word_embeddings": True}, "qwen2"),
    "phi3": ("phi3", {**SMALL, "pad_token_id": 0, "rope_theta": 1e4, "sliding_window": 16}, "llama"),
}


def bytes_tokenizer():
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    return tokens, merges


def piece_tokenizer():
    trainer = trainers.BpeTrainer(vocab_size=90, special_tokens=[])
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator([text for text in CORPUS if text.isascii()], trainer)
    vocabulary = tokenizer.get_vocab()
    pieces = sorted(vocabulary, key=vocabulary.get)
    long = [piece for piece in pieces if len(piece) > 1]
    return long + [piece for piece in pieces if len(piece) == 1]


def add_tokenizer(writer, pre, prefix):
    if pre == "llama":
        pieces = piece_tokenizer()
        tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + pieces + ["<mark>"]
        types = [2, 3, 3] + [6] * 256 + [1] * len(pieces) + [4]
        scores = [0.0] * 259 + [-float(i) for i in range(len(pieces))] + [0.0]
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_scores(scores)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_pad_token_id(2)
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(False)
        writer.add_add_space_prefix(prefix)
    else:
        tokens, merges = bytes_tokenizer()
        first = len(tokens)
        tokens = tokens + SPECIAL
        types = [1] * first + [3] * len(SPECIAL)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_merges(merges)
        writer.add_bos_token_id(first)
        writer.add_eos_token_id(first + 2)
        writer.add_pad_token_id(first)
        if pre != "gpt-2":
            writer.add_add_bos_token(pre == "llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}")
    return tokens


def permuted(weights, heads):
    """As LlamaModel.permute of the converter."""
    shape = weights.shape
    return weights.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


NAMES = {"gpt2": gguf.MODEL_ARCH.GPT2, "llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3, "gemma2": gguf.MODEL_ARCH.GEMMA2, "gemma3_text": gguf.MODEL_ARCH.GEMMA3, "phi3": gguf.MODEL_ARCH.PHI3, "starcoder2": gguf.MODEL_ARCH.STARCODER2, "granite": gguf.MODEL_ARCH.GRANITE, "stablelm": gguf.MODEL_ARCH.STABLELM, "olmo2": gguf.MODEL_ARCH.OLMO2, "smollm3": gguf.MODEL_ARCH.SMOLLM3}


PERMUTED = ("llama", "granite", "smollm3")


def layout(model_type, name, value, config):
    """A parameter as the converter stores it, and back."""
    heads, shared = getattr(config, "num_attention_heads", 0), getattr(config, "num_key_value_heads", 0)
    if model_type in PERMUTED and name.endswith("q_proj.weight"):
        return permuted(value, heads)
    if model_type in PERMUTED and name.endswith("k_proj.weight"):
        return permuted(value, shared)
    if model_type.startswith("gemma") and name.endswith("norm.weight"):
        return value + 1
    if model_type == "gpt2" and name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
        return value.T
    return value


def restored(model_type, name, value, config):
    heads, shared = getattr(config, "num_attention_heads", 0), getattr(config, "num_key_value_heads", 0)
    if model_type in PERMUTED and name.endswith(("q_proj.weight", "k_proj.weight")):
        count = heads if name.endswith("q_proj.weight") else shared
        shape = value.shape
        return value.reshape(count, shape[0] // count // 2, 2, *shape[1:]).swapaxes(1, 2).reshape(shape)
    if model_type.startswith("gemma") and name.endswith("norm.weight"):
        return value - 1
    return layout(model_type, name, value, config)


def make(label, out):
    model_type, fields, pre = MODELS[label]
    architecture = NAMES[model_type]
    path = out / f"{label}.gguf"
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[architecture])
    tokens = add_tokenizer(writer, pre, not model_type.startswith("gemma"))
    torch.manual_seed(0)
    config = AutoConfig.for_model(model_type, vocab_size=len(tokens), **fields)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_head_count(config.num_attention_heads)
    if model_type == "gpt2":
        writer.add_feed_forward_length(config.n_inner)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count_kv(config.num_key_value_heads)
        if hasattr(config, "rms_norm_eps"):
            writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        else:
            writer.add_layer_norm_eps(config.norm_epsilon if model_type == "starcoder2" else config.layer_norm_eps)
        writer.add_rope_freq_base(config.rope_theta)
        writer.add_vocab_size(len(tokens))
        if getattr(config, "head_dim", None):
            writer.add_key_length(config.head_dim)
            writer.add_value_length(config.head_dim)
        if model_type in ("llama", "phi3"):
            writer.add_rope_dimension_count(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
        if model_type == "stablelm":
            writer.add_rope_dimension_count(int(config.partial_rotary_factor * config.hidden_size // config.num_attention_heads))
            writer.add_parallel_residual(config.use_parallel_residual)
        if model_type == "granite":
            writer.add_embedding_scale(config.embedding_multiplier)
            writer.add_attention_scale(config.attention_multiplier)
            writer.add_residual_scale(config.residual_multiplier)
            writer.add_logit_scale(config.logits_scaling)
        if model_type in ("gemma2", "gemma3_text", "phi3"):
            writer.add_sliding_window(config.sliding_window)
        if model_type == "gemma2":
            writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
            writer.add_final_logit_softcapping(config.final_logit_softcapping)
    if label == "llama3":
        plain = 1.0 / (config.rope_theta ** (np.arange(0, 16, 2) / 16))
        writer.add_tensor("rope_freqs.weight", (plain / model.model.rotary_emb.inv_freq.numpy()).astype(np.float32))
    types = iter(KINDS * 20)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
            else:
                parameter.copy_(0.3 * torch.randn_like(parameter))
            stored = names.get_name(name, try_suffixes=(".weight", ".bias"))
            values = np.ascontiguousarray(layout(model_type, name, parameter.numpy(), config), dtype=np.float32)
            kind = Q.F32 if parameter.dim() == 1 else next(types)
            data = quantize(values, kind)
            back = dequantize(data, kind).astype(np.float32)
            writer.add_tensor(stored, data, raw_dtype=None if kind in (Q.F32, Q.F16) else kind)
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(restored(model_type, name, back, config))))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return reference(label, out, model, tokens)


# Whose tokenizers transformers makes as llama.cpp does; others it splits as GPT-2, or merges in another order.
WITH_TOKENIZER = ("llama", "qwen2", "qwen3", "gpt2")


def reference(label, out, model, tokens):
    encoded = None
    if label in WITH_TOKENIZER:
        tokenizer = AutoTokenizer.from_pretrained(out, gguf_file=f"{label}.gguf")
        encoded = [tokenizer(text, add_special_tokens=False).input_ids for text in TEXTS]
    ids = [(7 * i * i + 11 * i + 5) % len(tokens) for i in range(20)]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
        try:
            other = AutoModelForCausalLM.from_pretrained(out, gguf_file=f"{label}.gguf", attn_implementation="eager").eval()
            apart = float((other(torch.tensor([ids])).logits[0, -1] - logits).abs().max())
            print(f"{label}: transformers reads the file with logits {apart:.2g} apart, of {float(logits.abs().max()):.3g}")
        except Exception as error:  # noqa: BLE001
            print(f"{label}: transformers does not read the file: {type(error).__name__}: {str(error)[:200]}")
    return {
        "file": f"{label}.gguf",
        "texts": None if encoded is None else [{"text": text, "ids": row} for text, row in zip(TEXTS, encoded)],
        "ids": ids,
        "logits": [float(f"{value:.7g}") for value in logits.tolist()],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="*", help="of these models alone; what the folder says of others stays")
    options = parser.parse_args()
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    stored = out / "reference.json"
    kept = {case["file"]: case for case in json.loads(stored.read_text())["cases"]} if options.only else {}
    cases = [kept.get(f"{label}.gguf") or make(label, out) for label in MODELS if not options.only or label in options.only or f"{label}.gguf" in kept]
    (out / "reference.json").write_text(json.dumps({"madeBy": "tools/make_gguf_fixtures.py", "cases": cases}) + "\n")


main()
