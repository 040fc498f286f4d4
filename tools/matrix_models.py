"""Families, heads and random weights for make_matrix.py."""

import torch
from transformers import AutoConfig, AutoModelForImageClassification, AutoModelForSequenceClassification, AutoModelForTokenClassification

WIDTH, HEADS, INNER, BLOCKS, POSITIONS, IMAGE, PATCH = 32, 4, 48, 2, 96, 32, 8
ENCODER = {"hidden_size": WIDTH, "num_hidden_layers": BLOCKS, "num_attention_heads": HEADS, "intermediate_size": INNER, "max_position_embeddings": POSITIONS}
DECODER = {**ENCODER, "num_key_value_heads": 2, "head_dim": WIDTH // HEADS}
GPT2 = {"n_embd": WIDTH, "n_layer": BLOCKS, "n_head": HEADS, "n_positions": POSITIONS}
PICTURE = {"hidden_size": WIDTH, "num_hidden_layers": BLOCKS, "num_attention_heads": HEADS, "intermediate_size": INNER, "image_size": IMAGE, "patch_size": PATCH}
# Of each family: layout of its tokenizer (or the name of its image processor), fields of its config, whether calig builds it from a checkpoint.
FAMILIES = {
    "bert": ("bert", ENCODER, True),
    "roberta": ("roberta", {**ENCODER, "max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}, True),
    "xlm-roberta": ("xlm-roberta", {**ENCODER, "max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}, True),
    "camembert": ("xlm-roberta", {**ENCODER, "max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}, True),
    "distilbert": ("bert", {"dim": WIDTH, "n_layers": BLOCKS, "n_heads": HEADS, "hidden_dim": INNER, "max_position_embeddings": POSITIONS}, True),
    "electra": ("bert", {**ENCODER, "embedding_size": 16}, True),
    "albert": ("albert", {**ENCODER, "embedding_size": 16}, True),
    "mpnet": ("mpnet", {**ENCODER, "max_position_embeddings": POSITIONS + 2}, True),
    "deberta-v2": ("deberta", {**ENCODER, "relative_attention": True, "position_biased_input": False, "type_vocab_size": 0, "pos_att_type": ["p2c", "c2p"], "position_buckets": 16, "share_att_key": True, "norm_rel_ebd": "layer_norm", "pooler_hidden_size": WIDTH}, True),
    "modernbert": ("modernbert", {**ENCODER, "local_attention": 8, "global_attn_every_n_layers": 2, "reference_compile": False}, True),
    "vit": ("ViTImageProcessor", PICTURE, True),
    "deit": ("DeiTImageProcessor", {**PICTURE, "architectures": ["DeiTForImageClassification"]}, True),
    "beit": ("BeitImageProcessor", {**PICTURE, "use_relative_position_bias": True, "use_mean_pooling": True}, True),
    "dinov2": ("BitImageProcessor", {**PICTURE, "mlp_ratio": 2}, True),
    "gpt2": ("gpt2", GPT2, False),
    "llama": ("llama", DECODER, False),
    "qwen2": ("gpt2", {**DECODER, "use_sliding_window": False}, False),
    "qwen3": ("gpt2", {**DECODER, "use_sliding_window": False}, False),
    "mistral": ("llama", {**DECODER, "sliding_window": 8}, False),
    "gemma": ("llama", DECODER, False),
    "phi3": ("llama", DECODER, False),
    "gpt_neox": ("neox", ENCODER, False),
    "opt": ("opt", {"hidden_size": WIDTH, "word_embed_proj_dim": WIDTH, "num_hidden_layers": BLOCKS, "num_attention_heads": HEADS, "ffn_dim": INNER, "max_position_embeddings": POSITIONS}, False),
    "bloom": ("gpt2", {"hidden_size": WIDTH, "n_layer": BLOCKS, "n_head": HEADS}, False),
    "mobilebert": ("bert", {**ENCODER, "embedding_size": 16, "intra_bottleneck_size": 16, "num_feedforward_networks": 2}, False),
    "xlnet": ("xlnet", {"d_model": WIDTH, "n_layer": BLOCKS, "n_head": HEADS, "d_inner": INNER}, False),
    "convbert": ("bert", {**ENCODER, "embedding_size": 16, "head_ratio": 2, "conv_kernel_size": 5}, False),
    "roformer": ("bert", {**ENCODER, "embedding_size": WIDTH}, False),
    "squeezebert": ("bert", {**ENCODER, "embedding_size": WIDTH, "q_groups": 2, "k_groups": 2, "v_groups": 2, "intermediate_groups": 2, "output_groups": 2}, False),
    "funnel": ("bert", {"d_model": WIDTH, "n_head": HEADS, "d_head": 8, "d_inner": INNER, "block_sizes": [1, 1], "num_decoder_layers": 1}, False),
    "longformer": ("roberta", {**ENCODER, "max_position_embeddings": POSITIONS + 2, "attention_window": [8, 8]}, False),
    "big_bird": ("albert", {**ENCODER, "attention_type": "original_full"}, False),
    "nystromformer": ("bert", {**ENCODER, "num_landmarks": POSITIONS, "segment_means_seq_len": POSITIONS}, False),
    "fnet": ("albert", {key: value for key, value in ENCODER.items() if key != "num_attention_heads"}, False),
    "t5": ("t5", {"d_model": WIDTH, "num_layers": BLOCKS, "num_heads": HEADS, "d_kv": 8, "d_ff": INNER}, False),
    "bart": ("roberta", {"d_model": WIDTH, "encoder_layers": BLOCKS, "decoder_layers": BLOCKS, "encoder_attention_heads": HEADS, "decoder_attention_heads": HEADS, "encoder_ffn_dim": INNER, "decoder_ffn_dim": INNER, "max_position_embeddings": POSITIONS}, False),
    "swin": ("ViTImageProcessor", {"image_size": IMAGE, "patch_size": 4, "embed_dim": 16, "depths": [1, 1], "num_heads": [2, 4], "window_size": 4}, False),
}
PICTURES = [name for name, (layout, _, _) in FAMILIES.items() if layout.endswith("ImageProcessor")]
# Heads: number of classes, problem_type, whether every token is classified, whether the inputs are pairs.
HEADS_OF = {
    "regression": (1, "regression", False, False),
    "one, single label": (1, "single_label_classification", False, False),
    "one, multi-label": (1, "multi_label_classification", False, False),
    "one, unstated": (1, None, False, False),
    "2": (2, None, False, False),
    "3": (3, "single_label_classification", False, False),
    "50": (50, None, False, False),
    "multi-label": (4, "multi_label_classification", False, False),
    "tokens": (5, None, True, False),
    "pair": (2, None, False, True),
}
ATTENTION_GAIN = 3.0
# Without normalisation of layers, or of scores, matrices of gain one make paths that nothing integrates.
GAINS = {"mobilebert": 0.4, "opt": 0.6, "t5": 0.4}


def inputs_of(family):
    """What the family's tokenizer gives, in the order in which transformers lists it."""
    if family == "fnet":
        return ["input_ids", "token_type_ids"]
    typed = FAMILIES[family][0] in ("bert", "albert", "deberta", "xlnet") and family != "distilbert"
    return ["input_ids", *(["token_type_ids"] if typed else []), "attention_mask"]


def config_of(family, head, size, special):
    layout, fields, _ = FAMILIES[family]
    classes, problem, _, _ = HEADS_OF[head]
    settings = {**fields, "num_labels": classes, "id2label": {index: f"class {index}" for index in range(classes)}, "label2id": {f"class {index}": index for index in range(classes)}}
    if problem is not None:
        settings["problem_type"] = problem
    if size is not None:
        settings["vocab_size"] = size
        for role, index in special.items():
            if role in ("pad", "bos", "eos", "cls", "sep"):
                settings[f"{role}_token_id"] = index
        if family in ("bart", "roberta", "xlm-roberta", "camembert", "longformer"):
            settings.update(bos_token_id=special["cls"], eos_token_id=special["sep"])
        if family in ("t5", "bart"):
            settings["decoder_start_token_id"] = special["pad"]
    return AutoConfig.for_model(family, **settings)


def build(family, head, attention, size, special, seed):
    """A model in float32 whose logits depend on its input: matrices of gain one, sharp attention, biases and norms off their defaults."""
    auto = AutoModelForImageClassification if family in PICTURES else AutoModelForTokenClassification if HEADS_OF[head][2] else AutoModelForSequenceClassification
    model = auto.from_config(config_of(family, head, size, special), attn_implementation=attention).float().eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            lower = name.lower()
            if parameter.ndim < 2:
                base = 1.0 if ("norm" in lower or "ln_" in lower) and name.endswith("weight") and family != "gemma" else 0.0
                parameter.copy_(base + 0.1 * noise)
            elif "embed" in lower or "wte" in lower or "wpe" in lower or "position" in lower:
                parameter.copy_(0.5 * noise)
            else:
                gain = ATTENTION_GAIN if any(part in lower for part in ("query", "key", "q_proj", "k_proj", "q_lin", "k_lin", ".q.", ".k.")) else 1.0
                parameter.copy_(noise * (GAINS.get(family, 1.0) * gain / (parameter[0].numel() ** 0.5)))
    return model
