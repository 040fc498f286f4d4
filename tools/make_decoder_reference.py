"""Decoders of every family by transformers in float64 with eager attention, for test/reference/parity-decoders.test.ts.

The models are small, their weights hashes of their names (hashed_weights.py). Besides what `parity.trace` stores, each case
has the relevance of every block by Integrated Gradients: four points of Gauss-Legendre from 0.9 times the hidden state.

Run with transformers 5, then with 4.57, which has to agree:

    python tools/make_decoder_reference.py --out test/golden/parity-decoders.json
    python tools/make_decoder_reference.py --against test/golden/parity-decoders.json
"""

import argparse
import json
import pathlib

import numpy
import parity
import torch
import transformers
from hashed_models import hashed_model
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification
from transformers.modeling_layers import GradientCheckpointingLayer

GAIN = 4.0
CLASSES = 3
TARGET = 1
LENGTH = 14
ASKED = [9, 13]  # positions that the next token is asked of
ANSWER = [7, 21]

COMMON = {"vocab_size": 60, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 48, "max_position_embeddings": 40, "pad_token_id": 0}
PLAIN = {key: value for key, value in COMMON.items() if key != "num_key_value_heads"}
GPT = {"vocab_size": 60, "n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 40, "pad_token_id": 0}
GEMMA2 = {**COMMON, "head_dim": 12, "query_pre_attn_scalar": 10, "sliding_window": 5, "attn_logit_softcapping": 3.0, "final_logit_softcapping": 2.0}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 10}
LONGROPE = {"type": "longrope", "short_factor": [1.0, 1.5, 2.5], "long_factor": [2.0, 3.0, 5.0]}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16}
# Name -> model_type and fields of config.json as models have them; both heads of each.
FAMILIES = {
    "llama": ("llama", {**COMMON, "rope_theta": 500.0}),
    "mistral": ("mistral", {**COMMON, "head_dim": 12, "sliding_window": 5, "rope_theta": 500.0}),
    "qwen2": ("qwen2", {**COMMON, "tie_word_embeddings": True, "rope_theta": 500.0}),
    "qwen3": ("qwen3", {**COMMON, "head_dim": 12, "attention_bias": True, "rope_theta": 500.0}),
    "gemma": ("gemma", {**COMMON, "head_dim": 12, "rope_theta": 500.0}),
    "gemma2": ("gemma2", {**GEMMA2, "rope_theta": 500.0}),
    "gemma3": ("gemma3_text", {**COMMON, "num_hidden_layers": 6, "head_dim": 12, "query_pre_attn_scalar": 10, "sliding_window": 5, "rope_theta": 5000.0, "rope_local_base_freq": 100.0}),
    "phi3": ("phi3", {**COMMON, "original_max_position_embeddings": 20, "rope_theta": 500.0, "sliding_window": 6, "head_dim": 8, "partial_rotary_factor": 0.75, "rope_scaling": LONGROPE}),
    "smollm3": ("smollm3", {**COMMON, "num_hidden_layers": 4, "rope_theta": 500.0}),
    "olmo2": ("olmo2", {**COMMON, "rope_theta": 500.0}),
    "gpt2": ("gpt2", {"vocab_size": 60, "n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 40, "pad_token_id": 0, "scale_attn_by_inverse_layer_idx": True}),
    "gpt_neox": ("gpt_neox", {**PLAIN, "rotary_pct": 0.5, "rotary_emb_base": 500}),
    "stablelm": ("stablelm", {**COMMON, "use_qkv_bias": True, "rope_theta": 500.0, "partial_rotary_factor": 0.5}),
    "phi": ("phi", {**COMMON, "rope_theta": 500.0, "partial_rotary_factor": 0.5}),
    "falcon": ("falcon", {**PLAIN, "ffn_hidden_size": 48}),
    "opt": ("opt", {**PLAIN, "ffn_dim": 48, "word_embed_proj_dim": 32, "activation_function": "gelu"}),  # kinks of relu take more points
    "bloom": ("bloom", {"vocab_size": 60, "hidden_size": 36, "n_layer": 3, "n_head": 6, "pad_token_id": 0}),
    "mpt": ("mpt", {"vocab_size": 60, "d_model": 36, "n_layers": 3, "n_heads": 6, "max_seq_len": 40, "pad_token_id": 0}),
    "starcoder2": ("starcoder2", {**COMMON, "rope_theta": 500.0, "sliding_window": 5}),
    "gptj": ("gptj", {**GPT, "rotary_dim": 4}),
    "gpt_neo": ("gpt_neo", {"vocab_size": 60, "hidden_size": 32, "num_layers": 3, "num_heads": 4, "max_position_embeddings": 40, "window_size": 5, "attention_types": [[["global", "local", "local"], 1]], "pad_token_id": 0}),
    "gpt_bigcode": ("gpt_bigcode", GPT),
    "granite": ("granite", {**COMMON, "rope_theta": 500.0, "embedding_multiplier": 3.0, "attention_multiplier": 0.2, "residual_multiplier": 0.7, "logits_scaling": 2.0}),
    "cohere": ("cohere", {**COMMON, "rope_theta": 500.0, "logit_scale": 0.5}),
    "cohere2": ("cohere2", {**COMMON, "num_hidden_layers": 4, "rope_theta": 500.0, "logit_scale": 0.5, "sliding_window": 5, "head_dim": 8}),
    "olmo": ("olmo", {**COMMON, "rope_theta": 500.0, "clip_qkv": 2.0}),
    "glm": ("glm", {**COMMON, "rope_theta": 500.0, "head_dim": 8, "attention_bias": True}),
    "glm4": ("glm4", {**COMMON, "rope_theta": 500.0, "head_dim": 8}),
    "nemotron": ("nemotron", {**COMMON, "rope_theta": 500.0}),
    "arcee": ("arcee", {**COMMON, "rope_theta": 500.0}),
    "helium": ("helium", {**COMMON, "rope_theta": 500.0, "head_dim": 8}),
    "ernie4_5": ("ernie4_5", {**COMMON, "rope_theta": 500.0, "head_dim": 8, "use_bias": True}),
}
# Cases beyond one of each family; language models alone.
VARIANTS = {
    "llama with biases, Llama 3's positions": ("llama", {**COMMON, "attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True, "rope_theta": 500.0, "rope_scaling": LLAMA3}),
    "llama, linear": ("llama", {**COMMON, "num_key_value_heads": 1, "rope_theta": 500.0, "rope_scaling": {"type": "linear", "factor": 3.0}}),
    "qwen2, yarn and upper windows": ("qwen2", {**COMMON, "rope_theta": 500.0, "rope_scaling": YARN, "use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1}),
    "gpt_neox, one after the other": ("gpt_neox", {**PLAIN, "use_parallel_residual": False, "attention_bias": False}),
    "stablelm, side by side": ("stablelm", {**COMMON, "use_parallel_residual": True}),
    "falcon, groups": ("falcon", {**PLAIN, "num_kv_heads": 2, "new_decoder_architecture": True, "bias": True}),
    "falcon, a key for each head": ("falcon", {**PLAIN, "multi_query": False, "parallel_attn": False}),
    "gpt_bigcode, a key for each head": ("gpt_bigcode", {**GPT, "multi_query": False}),
    "mpt, clipped": ("mpt", {"vocab_size": 60, "d_model": 32, "n_layers": 3, "n_heads": 4, "max_seq_len": 40, "attn_config": {"clip_qkv": 2.0, "softmax_scale": 0.5}}),
    "gemma3, one global of two": ("gemma3_text", {**COMMON, "num_hidden_layers": 4, "head_dim": 12, "sliding_window": 5, "layer_types": ["sliding_attention", "full_attention"] * 2, "rope_theta": 5000.0, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}),
}


def build(model_type, fields, auto):
    # As files of models say it: transformers 5 writes the positions otherwise, and reads both.
    config = AutoConfig.for_model(model_type, **json.loads(json.dumps(fields)))
    if auto is AutoModelForSequenceClassification:
        config.num_labels = CLASSES
    # MPT of transformers 4.57 masks by the least float64, which it cannot convert.
    return hashed_model(config, auto, GAIN, double=model_type != "mpt" or transformers.__version__ >= "5")


def blocks_of(model):
    return [m for m in model.modules() if isinstance(m, GradientCheckpointingLayer) or type(m).__name__ == "GPTBigCodeBlock"]


def inputs_of():
    first = [(7 * i * i + 11 * i + 5) % 56 + 4 for i in range(LENGTH)]
    second = [(5 * i * i + 3 * i + 9) % 56 + 4 for i in range(LENGTH)]
    return [first, second]


def asked(result, is_language):
    if is_language:
        result.logits = result.logits[:, ASKED]
    return result


def relevance(model, ids, score):
    """Integrated Gradients at the entry of every block, summed over the width: [blocks][positions]."""
    blocks = blocks_of(model)
    states = []
    hooks = [block.register_forward_pre_hook(lambda _, args, named: states.append((args[0] if args else named["hidden_states"]).detach()), with_kwargs=True) for block in blocks]
    with torch.no_grad():
        model(input_ids=ids)
    for hook in hooks:
        hook.remove()
    nodes, weights = numpy.polynomial.legendre.leggauss(4)
    found = []
    for block, end in zip(blocks, states):
        start = 0.9 * end
        total = torch.zeros_like(end)
        for node, weight in zip(nodes, weights):
            point = (start + (node + 1) / 2 * (end - start)).requires_grad_()

            def enter(_, args, named, point=point):
                return ((point, *args[1:]), named) if args else (args, {**named, "hidden_states": point})

            hook = block.register_forward_pre_hook(enter, with_kwargs=True)
            score(model(input_ids=ids)).backward()
            hook.remove()
            total += weight / 2 * point.grad
        found.append(parity.rounded(((end - start) * total).sum(-1)[0].tolist()))
    return found


def make(name, model_type, fields, auto):
    model, tensors = build(model_type, fields, auto)
    is_language = auto is AutoModelForCausalLM
    ids = inputs_of()
    feeds = {"input_ids": torch.tensor(ids)}
    position = 1  # of those that are asked for
    score = (lambda logits: logits[:, position, TARGET].sum()) if is_language else (lambda logits: logits[:, TARGET].sum())
    numbers = parity.trace(model, blocks_of(model), lambda: asked(model(**feeds, output_attentions=True, use_cache=False), is_language), score)

    def answer(result):
        if not is_language:
            return result.logits[0, TARGET]
        shares = result.logits[0, ASKED].log_softmax(-1)
        return sum(shares[i, token] for i, token in enumerate(ANSWER))

    print(f"{name}: {len(numbers['hiddenStates'])} blocks, logits {numbers['logits']['values'][:3]}")
    return {
        "name": name,
        "config": {"model_type": model_type, "architectures": [type(model).__name__], **fields, **({} if is_language else {"id2label": {str(i): f"class {i}" for i in range(CLASSES)}})},
        "gain": GAIN,
        "tensors": tensors,
        "inputs": {"ids": ids, **({"positions": [ASKED, ASKED]} if is_language else {})},
        "target": {"class": TARGET, **({"token": position, "answer": ANSWER} if is_language else {})},
        **numbers,
        "relevance": relevance(model, feeds["input_ids"][:1], answer),
    }


def numbers_in(value):
    if isinstance(value, dict):
        return [number for each in value.values() for number in numbers_in(each)]
    if isinstance(value, list):
        return [number for each in value for number in numbers_in(each)]
    return [value] if isinstance(value, float) else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", help="families, others are left out")
    parser.add_argument("--against", type=pathlib.Path, help="a stored file that the numbers have to equal")
    options = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    cases = []
    chosen = lambda cases: [(name, *case) for name, case in cases.items() if not options.only or case[0] in options.only]
    for name, model_type, fields in chosen(FAMILIES):
        cases.append(make(name, model_type, fields, AutoModelForCausalLM))
        # transformers 4.57 has no classifier of OLMo 2.
        if type(AutoConfig.for_model(model_type)) in AutoModelForSequenceClassification._model_mapping:
            cases.append(make(f"{name}, classes", model_type, fields, AutoModelForSequenceClassification))
    for name, model_type, fields in chosen(VARIANTS):
        cases.append(make(name, model_type, fields, AutoModelForCausalLM))
    if options.out is not None:
        parity.write(options.out, "tools/make_decoder_reference.py", cases)
    if options.against is not None:
        stored = {case["name"]: case for case in json.loads(options.against.read_text())["cases"]}
        for case in cases:
            parts = ("logits", "hiddenStates", "attention", "gradients", "relevance")
            apart = 0.0
            for part in parts:
                own, other = (numpy.array(numbers_in(each[part])) for each in (case, stored[case["name"]]))
                apart = max(apart, float(numpy.abs(own - other).max() / numpy.abs(other).max()))
            print(f"{case['name']}: {apart:.2g} apart from the stored file (transformers {transformers.__version__})")
            assert apart < 1e-5


if __name__ == "__main__":
    main()
