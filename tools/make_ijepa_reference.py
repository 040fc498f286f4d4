"""A small I-JEPA image classifier with random weights, and what transformers computes of it: test/fixtures/extend/ijepa/.

The family is no part of calig: examples/extend/ijepa.ts builds it, and its test compares it with these tensors.

Run with transformers 4.57: python tools/make_ijepa_reference.py (then npm run format)
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import IJepaConfig, IJepaForImageClassification, ViTImageProcessor

FOLDER = Path(__file__).parent.parent / "test" / "fixtures" / "extend" / "ijepa"
SIZE, PATCH = 24, 8


def make_model() -> IJepaForImageClassification:
    torch.manual_seed(0)
    config = IJepaConfig(
        hidden_size=16,
        intermediate_size=40,
        num_hidden_layers=3,
        num_attention_heads=4,
        image_size=SIZE,
        patch_size=PATCH,
        num_labels=3,
        id2label={0: "cat", 1: "dog", 2: "owl"},
        label2id={"cat": 0, "dog": 1, "owl": 2},
        attn_implementation="eager",
    )
    model = IJepaForImageClassification(config).eval()
    # Larger than the initial weights, so that blocks differ from the identity.
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                parameter.mul_(3.0)
            else:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def main() -> None:
    model = make_model()
    FOLDER.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(FOLDER)
    ViTImageProcessor(size={"height": SIZE, "width": SIZE}).save_pretrained(FOLDER)

    states: list[torch.Tensor] = []
    maps: list[torch.Tensor] = []
    for layer in model.ijepa.encoder.layer:
        layer.register_forward_pre_hook(lambda _, inputs, kwargs: keep(states, inputs, kwargs), with_kwargs=True)
        layer.attention.attention.register_forward_hook(lambda _, __, output: maps.append(output[1]))

    pixels = torch.randn(2, 3, SIZE, SIZE)
    logits = model(pixel_values=pixels).logits
    gradients = torch.autograd.grad(logits[:, 0].sum(), states)
    tensors = {"pixels": pixels, "logits": logits}
    for name, values in (("hidden_state", states), ("attention", maps), ("gradient", gradients)):
        tensors |= {f"{name}.{block}": value for block, value in enumerate(values)}
    save_file(
        {name: value.detach().float().contiguous() for name, value in tensors.items()},
        FOLDER / "reference.safetensors",
        {"made": json.dumps({"transformers": transformers.__version__, "torch": torch.__version__})},
    )


def keep(states: list[torch.Tensor], inputs: tuple, kwargs: dict) -> None:
    state = inputs[0] if inputs else kwargs["hidden_states"]
    if not state.requires_grad:
        raise RuntimeError("a hidden state without a gradient")
    states.append(state)


if __name__ == "__main__":
    main()
