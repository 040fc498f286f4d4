"""Small random models of two towers, and what transformers and PyTorch compute of them, for test/reference/towers.test.ts.

Writes test/fixtures/towers/{clip,siglip}/ (checkpoint, tokenizer, image processor; an ONNX file of both towers and one of each) and test/golden/towers.json: embeddings, logits of labels, probabilities of the pipeline, and of the first label and of
the first text Integrated Gradients from the entry of every block of either tower, in float64, by Gauss-Legendre with 512 points
between the hidden states at the input and at a baseline (the black picture; word vectors of zero).

Run with transformers 4.57:  python tools/make_towers_reference.py
The ONNX files alone, of the checkpoints that are there:  python tools/make_towers_reference.py --export
With another version, to compare with the file that is there:  python tools/make_towers_reference.py --check
"""

import argparse
import json
import pathlib

import numpy
import torch
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    PreTrainedTokenizerFast,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
)

ROOT = pathlib.Path(__file__).parent.parent
FOLDER = ROOT / "test" / "fixtures" / "towers"
GOLDEN = ROOT / "test" / "golden" / "towers.json"
SIZE, PATCH, LENGTH = 24, 6, 16
LABELS = ["a cat", "a dog", "an owl"]
TEMPLATE = "This is a photo of {}."
TEXT = "a photo of two cats"
WIDTH, HEIGHT = 33, 26
VISION = {
    "hidden_size": 16,
    "intermediate_size": 40,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "image_size": SIZE,
    "patch_size": PATCH,
}
TEXTS = {"hidden_size": 12, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}


def byte_alphabet():
    printing = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printing else chr(next(others)) for byte in range(256)]


def clip_tokenizer(folder):
    """As CLIPTokenizerFast saves it, with a few merges; also in the two files of the slow one."""
    merges = ["c a", "ca t</w>", "d o", "do g</w>", "p h", "ph o", "t o</w>", "pho to</w>", "o f</w>", "t h", "i s</w>", "th is</w>"]
    alphabet = byte_alphabet()
    words = [*alphabet, *(char + "</w>" for char in alphabet), *(merge.replace(" ", "") for merge in merges)]
    vocabulary = {word: index for index, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    end = "<|endoftext|>"
    tokenizer = transformers.CLIPTokenizerFast(
        str(folder / "vocab.json"),
        str(folder / "merges.txt"),
        model_max_length=LENGTH,
        unk_token=end,
        bos_token="<|startoftext|>",
        eos_token=end,
        pad_token=end,
    )
    return tokenizer, len(vocabulary)


def siglip_tokenizer():
    """A Unigram vocabulary; texts end in </s>, which also fills them up."""
    pieces = ["▁", *"abcdefghijklmnopqrstuvwxyz.", "▁a", "▁photo", "▁of", "▁cat", "▁dog", "▁this", "▁is", "▁owl", "s"]
    seen = dict.fromkeys(["<pad>", "</s>", "<unk>", *pieces])
    scores = [(piece, 0.0 if piece[0] == "<" else -1.0 - 0.1 * (piece in "abcdefghijklmnopqrstuvwxyz")) for piece in seen]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=2))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(Regex(r"[^\w\s]"), ""), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="</s>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=LENGTH,
        model_input_names=["input_ids"],
    )
    return wrapped, len(seen)


def stir(model):
    """Larger than the initial weights, so that blocks differ from the identity."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in ("logit_scale", "logit_bias"):
                continue
            if parameter.ndim > 1:
                parameter.copy_(0.25 * torch.randn(parameter.shape, generator=generator))
            else:
                parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return model.eval()


def make_clip():
    folder = FOLDER / "clip"
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer, words = clip_tokenizer(folder)
    config = CLIPConfig(
        vision_config=VISION,
        text_config={
            **TEXTS,
            "vocab_size": words,
            "max_position_embeddings": LENGTH,
            "bos_token_id": words - 2,
            "eos_token_id": words - 1,
            "pad_token_id": words - 1,
        },
        projection_dim=10,
        logit_scale_init_value=2.0,
        attn_implementation="eager",
    )
    model = stir(CLIPModel(config))
    processor = CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    save(folder, model, tokenizer, processor)
    return folder


def make_siglip():
    folder = FOLDER / "siglip"
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer, words = siglip_tokenizer()
    config = SiglipConfig(
        vision_config=VISION,
        text_config={
            **TEXTS,
            "vocab_size": words,
            "max_position_embeddings": LENGTH,
            "projection_size": 16,
            "pad_token_id": 1,
            "eos_token_id": 1,
        },
        attn_implementation="eager",
    )
    model = stir(SiglipModel(config))
    with torch.no_grad():
        model.logit_scale.fill_(1.2)
        model.logit_bias.fill_(-1.5)
    save(folder, model, tokenizer, SiglipImageProcessor(size={"height": SIZE, "width": SIZE}))
    return folder


def save(folder, model, tokenizer, processor):
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    processor.save_pretrained(folder)


def picture():
    """[HEIGHT][WIDTH][3] bytes, smooth in every channel."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH] / 10.0
    waves = [numpy.sin(2 * x + y), numpy.cos(x - 1.5 * y), numpy.sin(x * y / 2)]
    return numpy.stack([numpy.rint(127.5 + 120 * wave) for wave in waves], -1).astype(numpy.uint8)


def text_embedding(model, ids):
    if hasattr(model, "visual_projection"):
        return model.text_projection(model.text_model(input_ids=ids)[1])
    return model.text_model(input_ids=ids)[1]


def image_embedding(model, pixels):
    pooled = model.vision_model(pixel_values=pixels)[1]
    return model.visual_projection(pooled) if hasattr(model, "visual_projection") else pooled


def unit(vector):
    return vector / vector.norm(dim=-1, keepdim=True)


def entering(layers, run):
    """The value that enters each of the blocks."""
    states = []

    def keep(_, inputs, kwargs):
        states.append((inputs[0] if inputs else kwargs["hidden_states"]).detach())

    hooks = [layer.register_forward_pre_hook(keep, with_kwargs=True) for layer in layers]
    with torch.no_grad():
        run()
    for hook in hooks:
        hook.remove()
    return states


def places(panels=32, points=16):
    """Gauss-Legendre in every one of some panels of [0, 1]: paths to a picture of one colour begin with a bend."""
    nodes, weights = numpy.polynomial.legendre.leggauss(points)
    starts = numpy.arange(panels)[:, None]
    return ((starts + (nodes + 1) / 2) / panels).ravel(), numpy.tile(weights / 2 / panels, panels)


def relevance(layers, run, base, score):
    """[blocks][positions]: the gradient of the score integrated over the path of each block, times the path."""
    at, low = entering(layers, run), entering(layers, base)
    nodes, weights = places()
    found = []
    for block, layer in enumerate(layers):
        difference = at[block] - low[block]
        total = torch.zeros_like(difference)
        for node, weight in zip(nodes, weights):
            point = (low[block] + node * difference).requires_grad_(True)

            def replace(_, inputs, kwargs):
                if inputs:
                    return (point, *inputs[1:]), kwargs
                return inputs, {**kwargs, "hidden_states": point}

            hook = layer.register_forward_pre_hook(replace, with_kwargs=True)
            (gradient,) = torch.autograd.grad(score(run()), point)
            hook.remove()
            total += weight * gradient
        found.append((total * difference).sum(-1)[0].tolist())
    return found


def padded(model, tokenizer, texts):
    padding = "max_length" if isinstance(model, SiglipModel) else True
    return tokenizer(texts, return_tensors="pt", padding=padding, truncation=True)


def reference(folder, kind, processor_kind):
    model = kind.from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    processor = processor_kind.from_pretrained(folder)
    pixels = processor(images=picture(), return_tensors="pt")["pixel_values"]
    black = processor(images=numpy.zeros((SIZE, SIZE, 3), dtype=numpy.uint8), return_tensors="pt")["pixel_values"]
    labels = padded(model, tokenizer, [TEMPLATE.format(label) for label in LABELS])
    alone = padded(model, tokenizer, [TEXT])
    with torch.no_grad():
        out = model(**labels, pixel_values=pixels)
        one = model(**alone, pixel_values=pixels)
    logits = out.logits_per_image[0]
    sigmoid = isinstance(model, SiglipModel)
    shares = torch.sigmoid(logits) if sigmoid else logits.softmax(-1)
    torch.set_default_dtype(torch.float64)  # the causal mask of CLIP is made of it
    double = model.double()
    scale = double.logit_scale.exp()
    bias = double.logit_bias if sigmoid else torch.zeros(1, dtype=torch.float64)
    fixed = unit(text_embedding(double, labels["input_ids"]))[0].detach()
    vision = relevance(
        double.vision_model.encoder.layers,
        lambda: image_embedding(double, pixels.double()),
        lambda: image_embedding(double, black.double()),
        lambda embedding: (unit(embedding)[0] @ fixed) * scale + bias,
    )
    seen = unit(image_embedding(double, pixels.double()))[0].detach()
    words = relevance(
        double.text_model.encoder.layers,
        lambda: text_embedding(double, alone["input_ids"]),
        without_words(double, tokenizer, alone["input_ids"]),
        lambda embedding: (unit(embedding)[0] @ seen) * scale + bias,
    )
    torch.set_default_dtype(torch.float32)
    return {
        "ids": alone["input_ids"][0].tolist(),
        "logits": logits.tolist(),
        "probabilities": shares.tolist(),
        "imageEmbedding": out.image_embeds[0].tolist(),
        "textEmbedding": one.text_embeds[0].tolist(),
        "logit": one.logits_per_image[0][0].item(),
        "vision": vision,
        "words": words,
    }


def without_words(model, tokenizer, ids):
    """Runs the text tower with word vectors of zero in the place of those of words."""
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))

    def run():
        table = model.text_model.embeddings.token_embedding
        hook = table.register_forward_hook(lambda _, __, vectors: vectors * special[..., None])
        try:
            return text_embedding(model, ids)
        finally:
            hook.remove()

    return run


class Image(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return image_embedding(self.model, pixel_values)


class Text(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model.get_text_features(input_ids=input_ids, attention_mask=attention_mask)


class Tower(torch.nn.Module):
    """One of the towers of SigLIP, with the outputs that transformers.js gives them."""

    def __init__(self, tower, name):
        super().__init__()
        self.tower, self.name = tower, name

    def forward(self, given):
        out = self.tower(**{self.name: given})
        return out.last_hidden_state, out.pooler_output


class Unmasked(torch.nn.Module):
    """Both towers of SigLIP, which has no mask of tokens."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, pixel_values):
        out = self.model(input_ids=input_ids, pixel_values=pixel_values)
        return out.logits_per_image, out.logits_per_text, out.text_embeds, out.image_embeds


class Both(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, pixel_values, attention_mask):
        out = self.model(input_ids=input_ids, pixel_values=pixel_values, attention_mask=attention_mask)
        return out.logits_per_image, out.logits_per_text, out.text_embeds, out.image_embeds


def export(folder):
    """The layouts of Optimum: both towers in one file, and each in one of its own."""
    is_clip = folder.name == "clip"
    model = (CLIPModel if is_clip else SiglipModel).from_pretrained(folder, attn_implementation="eager").eval()
    first = model.config.text_config.bos_token_id if is_clip else 4
    ids = torch.tensor([[first, 5, 6, model.config.text_config.eos_token_id] + ([] if is_clip else [1] * (LENGTH - 4))]).repeat(2, 1)
    mask, pixels = torch.ones_like(ids), torch.randn(3, 3, SIZE, SIZE)
    tokens = {0: "text_batch_size", 1: "sequence_length"}
    axes = {"input_ids": tokens, "attention_mask": tokens, "pixel_values": {0: "image_batch_size"}}
    onnx = folder / "onnx"
    onnx.mkdir(exist_ok=True)

    def write(module, inputs, outputs, name):
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(onnx / name),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes={key: axes.get(key, {0: "batch"}) for key in [*inputs, *outputs]},
            opset_version=17,
            dynamo=False,
        )

    both = ["logits_per_image", "logits_per_text", "text_embeds", "image_embeds"]
    if not is_clip:
        states = ["last_hidden_state", "pooler_output"]
        write(Unmasked(model), {"input_ids": ids, "pixel_values": pixels}, both, "model.onnx")
        write(Tower(model.vision_model, "pixel_values"), {"pixel_values": pixels}, states, "vision_model.onnx")
        write(Tower(model.text_model, "input_ids"), {"input_ids": ids}, states, "text_model.onnx")
        return
    write(Both(model), {"input_ids": ids, "pixel_values": pixels, "attention_mask": mask}, both, "model.onnx")
    write(Image(model), {"pixel_values": pixels}, ["image_embeds"], "vision_model.onnx")
    write(Text(model), {"input_ids": ids, "attention_mask": mask}, ["text_embeds"], "text_model.onnx")


def differences(found, there, path=""):
    if isinstance(found, dict):
        return max(differences(found[key], there[key]) for key in found)
    a, b = numpy.array(found), numpy.array(there)
    return float(numpy.abs(a - b).max() / (1e-6 + numpy.abs(b).max()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--export", action="store_true")
    options = parser.parse_args()
    if options.export:
        for name in ("clip", "siglip"):
            export(FOLDER / name)
        return
    check = options.check
    clip = FOLDER / "clip" if check else make_clip()
    siglip = FOLDER / "siglip" if check else make_siglip()
    models_found = {
        "clip": reference(clip, CLIPModel, CLIPImageProcessor),
        "siglip": reference(siglip, SiglipModel, SiglipImageProcessor),
    }
    if check:
        there = json.loads(GOLDEN.read_text())["models"]
        print({name: differences(found, there[name]) for name, found in models_found.items()}, transformers.__version__)
        return
    export(clip)
    export(siglip)
    content = {
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "size": [WIDTH, HEIGHT],
        "pixels": picture().reshape(-1).tolist(),
        "labels": LABELS,
        "hypothesis": TEMPLATE,
        "text": TEXT,
        "models": models_found,
    }
    GOLDEN.write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
