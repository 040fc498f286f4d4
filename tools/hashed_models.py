"""Models of transformers whose weights are hashes of their names (hashed_weights.py), for scripts that make references."""

import pathlib
import tempfile

import torch
from hashed_weights import hashed
from safetensors.torch import load_file, save_file


def hashed_model(config, auto, gain, double=True):
    """A model by a class such as AutoModelForCausalLM, with eager attention; and the names and shapes of its tensors.

    Weights go through a checkpoint on disk, because its tensor names, not those of this library's version, are what counts.
    """
    with tempfile.TemporaryDirectory() as folder:
        auto.from_config(config).save_pretrained(folder)
        path = pathlib.Path(folder) / "model.safetensors"
        shapes = {name: list(tensor.shape) for name, tensor in load_file(path).items()}
        save_file({n: torch.from_numpy(hashed(n, tuple(shape), gain)) for n, shape in shapes.items()}, path, metadata={"format": "pt"})
        model = auto.from_pretrained(folder, attn_implementation="eager", local_files_only=True).eval()
    return model.double() if double else model, [[name, shape] for name, shape in shapes.items()]
