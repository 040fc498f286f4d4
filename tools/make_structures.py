"""Small random encoders of unusual structure as ONNX files, for test/transformer/structures.test.ts: test/fixtures/onnx/structures/.

Residual gates (layer scale, zero-initialised, computed from the input), embeddings or positions added in every block, masks
of other types or used in the pooling alone, feature projections between embeddings and blocks, several heads, two inputs with
one tower; and DINOv3, whose patches turn by their places and whose other tokens do not. Each is written in PyTorch and exported by both exporters; files are compressed, without the notes of exporters.
structures.json has the logits of a text and, for the first class, Integrated Gradients from the entry of every block in float64
(Gauss-Legendre, 64 points) between the hidden states at the text and at its tokens masked.

Run:  python tools/make_structures.py --out test/fixtures/onnx/structures
"""

import argparse
import gzip
import json
import pathlib
import tempfile

import numpy
import torch
from make_head_exports import Exported, export, first, without_notes
from make_towers_reference import relevance as pictured_relevance
from torch import nn
from transformers import DINOv3ViTConfig, DINOv3ViTModel

WIDTH, VOCABULARY, LENGTH, HEADS, CLASSES = 8, 40, 20, 2, 3
MASK = 4
IDS = torch.tensor([[2, 38, 5, 6, 32, 39, 36, 3]])  # "no a b. yes the", by the vocabulary of test/support/tiny-tokenizer.ts
NODES = 64
SIZE = 32


class Block(nn.Module):
    def __init__(self, gate):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH) for _ in range(2)])
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.inner = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))
        self.kind = gate
        if gate == "scale":
            self.gates = nn.ParameterList([nn.Parameter(torch.rand(WIDTH)) for _ in range(2)])
        elif gate in ("tanh", "zero"):
            self.gates = nn.ParameterList([nn.Parameter(torch.full((1,), 0.0 if gate == "zero" else 0.7)) for _ in range(2)])
        elif gate == "highway":
            self.gates = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in range(2)])

    def attend(self, x, bias):
        batch, tokens = x.shape[0], x.shape[1]
        split = self.qkv(x).view(batch, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        scores = split[0] @ split[1].transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
        if bias is not None:
            scores = scores + bias
        return self.out((scores.softmax(-1) @ split[2]).transpose(1, 2).reshape(batch, tokens, WIDTH))

    def joined(self, x, branch, i):
        if self.kind == "scale":
            return x + self.gates[i] * branch
        if self.kind in ("tanh", "zero"):
            return x + torch.tanh(self.gates[i]) * branch
        if self.kind == "highway":
            share = torch.sigmoid(self.gates[i](x))
            return share * branch + (1 - share) * x
        return x + branch

    def forward(self, x, bias):
        x = self.joined(x, self.attend(self.norms[0](x), bias), 0)
        return self.joined(x, self.inner(self.norms[1](x)), 1)


class Named(nn.Module):
    """Takes what its names say, a mask or none."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, **given):
        return self.model(**{"attention_mask": None, **given})


class Encoder(nn.Module):
    """What is unusual is named by `gates` (of each block), `again`, `masked` (where the mask is used) and `projected`."""

    def __init__(self, gates=(None, None), again=None, masked=("attention", "pooling"), projected=False, heads=1, pair=False):
        super().__init__()
        wide = 4 if projected else WIDTH
        self.words, self.places = nn.Embedding(VOCABULARY, wide), nn.Embedding(LENGTH, wide)
        self.norm = nn.LayerNorm(wide)
        self.project = nn.Linear(wide, WIDTH) if projected else None
        self.blocks = nn.ModuleList([Block(gate) for gate in gates])
        self.heads = nn.ModuleList([nn.Linear((2 if pair else 1) * WIDTH, CLASSES - head) for head in range(heads)])
        self.again, self.masked, self.pair = again, masked, pair

    def embed(self, ids, mask):
        words = self.words(ids)
        if "embeddings" in self.masked:
            words = words * mask.to(words.dtype)[..., None]
        positions = self.places(torch.arange(ids.shape[1], device=ids.device))[None]
        embedded = self.norm(words + positions)
        return embedded if self.project is None else self.project(embedded), positions

    def bias(self, mask, dtype):
        if "attention" not in self.masked:
            return None
        return (1 - mask.to(dtype))[:, None, None, :] * -1e4

    def entered(self, block, x, embedded, positions):
        if block == 0 or self.again is None:
            return x
        return x + (embedded if self.again == "words" else positions)

    def pooled(self, x, mask):
        if "pooling" not in self.masked:
            return x[:, 0]
        share = mask.to(x.dtype)[..., None]
        return (x * share).sum(1) / share.sum(1)

    def encode(self, ids, mask):
        x, positions = self.embed(ids, mask)
        embedded = x
        for block, layer in enumerate(self.blocks):
            x = layer(self.entered(block, x, embedded, positions), self.bias(mask, x.dtype))
        return self.pooled(x, mask)

    def forward(self, **inputs):
        vector = self.encode(inputs["input_ids"], inputs["attention_mask"])
        if self.pair:
            vector = torch.cat([vector, self.encode(inputs["other_ids"], inputs["other_mask"])], -1)
        return tuple(head(vector) for head in self.heads)

    def states(self, ids, mask):
        """The value that enters each block."""
        x, positions = self.embed(ids, mask)
        embedded, found = x, []
        for block, layer in enumerate(self.blocks):
            x = self.entered(block, x, embedded, positions)
            found.append(x.detach())
            x = layer(x, self.bias(mask, x.dtype))
        return found

    def from_block(self, first, x, mask, positions):
        embedded = x  # of the first block, which alone may be followed by one that it enters again
        for block in range(first, len(self.blocks)):
            if block > first:
                x = self.entered(block, x, embedded, positions)
            x = self.blocks[block](x, self.bias(mask, x.dtype))
        return self.heads[0](self.pooled(x, mask))


class Picture(nn.Module):
    """DINOv3 with a linear head, as its authors evaluate it."""

    def __init__(self):
        super().__init__()
        sizes = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
        self.model = DINOv3ViTModel(DINOv3ViTConfig(**sizes, image_size=SIZE, patch_size=8, num_register_tokens=2))
        self.head = nn.Linear(16, CLASSES)

    def forward(self, pixel_values):
        return (self.head(self.model(pixel_values).pooler_output),)


def pixels():
    """A picture of bytes that test/transformer/structures.test.ts makes alike, scaled to [-1, 1]."""
    channel, y, x = numpy.mgrid[0:3, 0:SIZE, 0:SIZE]
    return torch.tensor((x * 7 + y * 11 + channel * 50) % 256 / 127.5 - 1, dtype=torch.float32)[None]


def make_picture(out, exporters):
    torch.manual_seed(1)
    module = Picture().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim > 1:
                parameter.copy_(0.2 * torch.randn(parameter.shape))
    given = {"pixel_values": pixels().repeat(2, 1, 1, 1)}
    for exporter in exporters:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.onnx"
            export(exporter, Exported(module, first, list(given)), given, ["logits"], path)
            (out / f"dinov3-{exporter}.onnx.gz").write_bytes(gzip.compress(without_notes(path), mtime=0))
    module = module.double().eval()  # exporters leave it in training
    picture = pixels().double()
    black = torch.full_like(picture, -1.0)
    blocks = pictured_relevance(module.model.layer, lambda: module(picture), lambda: module(black), lambda logits: logits[0][0, 0])
    with torch.no_grad():
        return {"logits": module(picture)[0][0].tolist(), "blocks": blocks}


CASES = {
    "plain": {},
    "layer-scale": {"gates": ("scale", "scale")},
    "gates": {"gates": ("tanh", "tanh")},
    "zero-gates": {"gates": ("tanh", "zero")},
    "all-gates-zero": {"gates": ("zero", "zero")},
    "highway": {"gates": ("highway", "highway")},
    "words-again": {"again": "words"},
    "words-in-every-block": {"again": "words", "gates": (None, None, None)},
    "positions-in-every-block": {"again": "positions"},
    "mask-in-pooling": {"masked": ("pooling",)},
    "mask-on-embeddings": {"masked": ("embeddings", "attention", "pooling")},
    "no-mask": {"masked": ()},
    "float-mask": {"mask": torch.float32},
    "bool-mask": {"mask": torch.bool},
    "int32-mask": {"mask": torch.int32},
    "projected": {"projected": True},
    "two-heads": {"heads": 2},
    "two-texts": {"pair": True},
    "dinov3": None,
}


def relevance(model, mask):
    """[blocks][tokens] of the first class."""
    masked = IDS.clone()
    masked[0, 1:-1] = MASK
    at, base = model.states(IDS, mask), model.states(masked, mask)
    positions = model.embed(IDS, mask)[1]
    nodes, weights = numpy.polynomial.legendre.leggauss(NODES)
    found = []
    for block in range(len(model.blocks)):
        difference = at[block] - base[block]
        total = torch.zeros_like(difference)
        for node, weight in zip(nodes, weights):
            point = (base[block] + (node + 1) / 2 * difference).requires_grad_(True)
            (gradient,) = torch.autograd.grad(model.from_block(block, point, mask, positions)[0, 0], point)
            total += weight / 2 * gradient
        found.append((total * difference).sum(-1)[0].tolist())
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--exporters", nargs="+", default=["legacy", "dynamo"])
    parser.add_argument("--only", nargs="+", default=list(CASES))
    options = parser.parse_args()
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    stored = out / "structures.json"
    found = json.loads(stored.read_text())["cases"] if stored.exists() and options.only != list(CASES) else {}
    for name, case in ((name, CASES[name]) for name in options.only):
        if case is None:
            found[name] = make_picture(out, options.exporters)
            continue
        torch.manual_seed(1)
        case = dict(case)
        dtype = case.pop("mask", torch.int64)
        model = Encoder(**case).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.ndim > 1:
                    parameter.copy_(0.5 * torch.randn(parameter.shape))
        ids = IDS.repeat(2, 1)
        inputs = {"input_ids": ids}
        if model.masked or model.pair:
            inputs["attention_mask"] = torch.ones_like(ids).to(dtype)
        if model.pair:
            inputs |= {"other_ids": ids.flip(1), "other_mask": torch.ones_like(ids)}
        outputs = ["logits", "other_logits"][: len(model.heads)]
        pick = first if len(outputs) == 1 else tuple
        for exporter in options.exporters:
            with tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/model.onnx"
                export(exporter, Exported(Named(model).eval(), pick, list(inputs)), inputs, outputs, path)
                (out / f"{name}-{exporter}.onnx.gz").write_bytes(gzip.compress(without_notes(path), mtime=0))
        if model.pair:
            continue
        model = model.double()
        mask = torch.ones_like(IDS).to(dtype)
        with torch.no_grad():
            logits = model(input_ids=IDS, attention_mask=mask)[0]
        found[name] = {"logits": logits[0].tolist(), **({} if name == "words-in-every-block" else {"blocks": relevance(model, mask)})}
    stored.write_text(json.dumps({"ids": IDS[0].tolist(), "cases": found}) + "\n")


if __name__ == "__main__":
    main()
