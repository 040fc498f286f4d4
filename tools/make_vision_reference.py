"""Image classifiers of every family by transformers in float64 with eager attention, for test/reference/parity-vision.test.ts.

The models are small, their weights hashes of their names (hashed_weights.py). Checkpoints with the names of timm are
loaded into the ViT and DeiT of transformers, tensor by tensor; where they read the mean of the patches, the head is
written here.

Run:  python tools/make_vision_reference.py --out test/golden/parity-vision.json
"""

import argparse
import pathlib
import tempfile
import types

import parity
import torch
import transformers
from hashed_weights import hashed, uniform
from make_parity_reference import GAIN, blocks_of
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoConfig, AutoModelForImageClassification, DeiTForImageClassification, DeiTForImageClassificationWithTeacher, ViTForImageClassification

CLASSES = 3
TARGET = 1
BATCH = 2
COMMON = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48, "image_size": 24, "patch_size": 8, "layer_norm_eps": 1e-6}
WIDE = {"image_size": [16, 32]}
# name -> (model_type, changes of the configuration, class, size of the pictures where it is not that of the configuration)
CASES = {
    "vit": ("vit", WIDE, None, None),
    "vit without biases": ("vit", {"qkv_bias": False, "hidden_act": "gelu_new"}, None, None),
    "deit": ("deit", {}, DeiTForImageClassification, None),
    "deit with teacher": ("deit", WIDE, DeiTForImageClassificationWithTeacher, None),
    "beit": ("beit", {"use_relative_position_bias": True}, None, None),
    "beit, shared bias, class token": ("beit", {"use_shared_relative_position_bias": True, "use_absolute_position_embeddings": True, "use_mean_pooling": False, "layer_scale_init_value": 0.0}, None, None),
    "dinov2": ("dinov2", {}, None, None),
    "dinov2, swiglu, smaller picture": ("dinov2", {"use_swiglu_ffn": True, "image_size": 40}, None, (16, 24)),
    "dinov2 with registers": ("dinov2_with_registers", {"num_register_tokens": 2}, None, None),
    "dinov2 with registers, smaller picture": ("dinov2_with_registers", {"num_register_tokens": 2, "image_size": 40}, None, (24, 24)),
}
# name -> (model_type, distilled, tensors of the head, configuration)
TIMM = {
    "timm vit": ("vit", False, ("norm", "head"), {}),
    "timm deit with distillation": ("deit", True, ("norm", "head", "head_dist"), {}),
    "timm vit, mean then norm (mae)": ("vit", False, ("fc_norm", "head"), {}),
    "timm vit, norm then mean": ("vit", False, ("norm", "head"), {"global_pool": "avg"}),
}


def filled(names_and_shapes):
    return {name: torch.from_numpy(hashed(name, tuple(shape), GAIN)) for name, shape in names_and_shapes}


def from_checkpoint(model_type, fields, kind):
    config = AutoConfig.for_model(model_type, **fields, num_labels=CLASSES)
    make = kind._from_config if kind else AutoModelForImageClassification.from_config
    # Weights go through a checkpoint on disk, because its tensor names, not those of this library's version, are what counts.
    with tempfile.TemporaryDirectory() as folder:
        make(config).save_pretrained(folder)
        path = pathlib.Path(folder) / "model.safetensors"
        tensors = [[name, list(tensor.shape)] for name, tensor in load_file(path).items()]
        save_file(filled(tensors), path, metadata={"format": "pt"})
        model = (kind or AutoModelForImageClassification).from_pretrained(folder, attn_implementation="eager", local_files_only=True)
    return model.eval().double(), tensors


def timm_shapes(distilled, heads):
    width, inner, patch = COMMON["hidden_size"], COMMON["intermediate_size"], COMMON["patch_size"]
    tokens = 2 if distilled else 1
    patches = (COMMON["image_size"] // patch) ** 2
    shapes = {"cls_token": [1, 1, width], "pos_embed": [1, tokens + patches, width], "patch_embed.proj.weight": [width, 3, patch, patch], "patch_embed.proj.bias": [width]}
    if distilled:
        shapes["dist_token"] = [1, 1, width]
    layers = {"norm1": [width], "attn.qkv": [3 * width, width], "attn.proj": [width, width], "norm2": [width], "mlp.fc1": [inner, width], "mlp.fc2": [width, inner]}
    linear = {f"blocks.{b}.{name}": shape for b in range(COMMON["num_hidden_layers"]) for name, shape in layers.items()}
    linear |= {head: [width] if "norm" in head else [CLASSES, width] for head in heads}
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return shapes


def to_hugging_face(tensors, prefix):
    """The same tensors under the names of a checkpoint of transformers, without the classifiers."""
    renamed = {}
    names = {"norm1": "layernorm_before", "attn.proj": "attention.output.dense", "norm2": "layernorm_after", "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense"}
    tops = {"cls_token": "embeddings.cls_token", "dist_token": "embeddings.distillation_token", "pos_embed": "embeddings.position_embeddings"}
    for name, tensor in tensors.items():
        layer, _, kind = name.rpartition(".")
        if name in tops:
            renamed[f"{prefix}.{tops[name]}"] = tensor
        elif layer == "patch_embed.proj":
            renamed[f"{prefix}.embeddings.patch_embeddings.projection.{kind}"] = tensor
        elif layer in ("norm", "fc_norm"):
            renamed[f"{prefix}.layernorm.{kind}"] = tensor
        elif layer.startswith("blocks."):
            _, b, inside = layer.split(".", 2)
            block = f"{prefix}.encoder.layer.{b}"
            if inside == "attn.qkv":
                for role, part in zip(("query", "key", "value"), tensor.chunk(3)):
                    renamed[f"{block}.attention.attention.{role}.{kind}"] = part.clone()
            else:
                renamed[f"{block}.{names[inside]}.{kind}"] = tensor
    return renamed


class MeanOfPatches(nn.Module):
    """A ViT whose head reads the mean of the patches, normalised before or after."""

    def __init__(self, vit, head, norm_first):
        super().__init__()
        self.vit, self.head, self.norm_first = vit, head, norm_first
        self.norm, vit.layernorm = vit.layernorm, nn.Identity()

    def forward(self, pixel_values, output_attentions):
        result = self.vit(pixel_values, output_attentions=output_attentions)
        states = result.last_hidden_state
        mean = self.norm(states)[:, 1:].mean(1) if self.norm_first else self.norm(states[:, 1:].mean(1))
        return types.SimpleNamespace(logits=self.head(mean), attentions=result.attentions)


def from_timm(model_type, distilled, heads, fields):
    shapes = timm_shapes(distilled, heads)
    tensors = filled(shapes.items())
    kind = DeiTForImageClassificationWithTeacher if distilled else ViTForImageClassification
    classifiers = dict(zip(("cls_classifier", "distillation_classifier") if distilled else ("classifier",), heads[1:]))
    state = to_hugging_face(tensors, model_type)
    state |= {f"{theirs}.{part}": tensors[f"{ours}.{part}"] for theirs, ours in classifiers.items() for part in ("weight", "bias")}
    with tempfile.TemporaryDirectory() as folder:
        kind(AutoConfig.for_model(model_type, **COMMON, num_labels=CLASSES)).save_pretrained(folder)
        save_file(state, pathlib.Path(folder) / "model.safetensors", metadata={"format": "pt"})
        model, loading = kind.from_pretrained(folder, attn_implementation="eager", local_files_only=True, output_loading_info=True)
    if any(loading[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")):
        raise RuntimeError(f"tensors do not fit: {loading}")
    model = model.eval().double()
    if "fc_norm" in heads or fields.get("global_pool") == "avg":
        model = MeanOfPatches(model.vit, model.classifier, "norm" in heads)
    return model, [[name, shape] for name, shape in shapes.items()]


def make(name, model, tensors, config, size):
    shape = [BATCH, 3, *size]
    pixels = torch.from_numpy(uniform("pixels", BATCH * 3 * size[0] * size[1]).astype("float32")).double().reshape(shape)
    numbers = parity.trace(model, blocks_of(model), lambda: model(pixel_values=pixels, output_attentions=True), lambda logits: logits[:, TARGET].sum())
    print(f"{name}: {len(numbers['hiddenStates'])} blocks, logits {numbers['logits']['values'][:3]}")
    return {
        "name": name,
        "config": {**config, "id2label": {str(i): f"class {i}" for i in range(CLASSES)}},
        "gain": GAIN,
        "tensors": tensors,
        "inputs": {"pixels": shape},
        "target": {"class": TARGET},
        **numbers,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    cases = []
    for name, (model_type, changes, kind, size) in CASES.items():
        fields = {**COMMON, **changes}
        model, tensors = from_checkpoint(model_type, fields, kind)
        stated = fields["image_size"]
        size = size or (tuple(stated) if isinstance(stated, list) else (stated, stated))
        cases.append(make(name, model, tensors, {"model_type": model_type, "architectures": [type(model).__name__], **fields}, size))
    for name, (model_type, distilled, heads, fields) in TIMM.items():
        model, tensors = from_timm(model_type, distilled, heads, fields)
        side = COMMON["image_size"]
        cases.append(make(name, model, tensors, {"model_type": model_type, **COMMON, **fields}, (side, side)))
    parity.write(options.out, "tools/make_vision_reference.py", cases)


if __name__ == "__main__":
    main()
