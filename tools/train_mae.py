"""Makes the built-in vision model: a small ViT pretrained as a masked autoencoder on CIFAR-10, then fine-tuned to classify it.

Pretraining (He et al. 2022): three quarters of the patches are hidden, the encoder sees the rest, a small decoder
paints the hidden patches (loss: mean squared error of normalised patches). Fine-tuning: the encoder with a class-token
head (ViTForImageClassification), learning rate falling from block to block, random crops and flips, exponential average
of the weights; for the first epochs the encoder sees a random half of the patches, which halves their cost. Matrices of
the blocks learn by Muon, everything else by AdamW: with Muon a few tens of epochs go as far as many more without.
The pictures of the test split choose nothing; they are measured once, at the end.

Progress is stored after every epoch in OUT/checkpoint.pt: run the same command again to go on.

Run:  python tools/train_mae.py --data CIFAR_FOLDER --out packages/model-cifar10
"""

import argparse
import hashlib
import io
import json
import math
import pathlib
import tarfile
import time

import numpy
import torch
from PIL import Image
from transformers import ViTConfig, ViTForImageClassification, ViTMAEConfig, ViTMAEForPreTraining

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
SIZE = 32
ATTENTION = "eager"  # the gradient of the fused kernel takes longer than the rest of the model on CPUs


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with train.tar.gz and test.tar.gz (SPLIT/CLASS/NNNN.jpg)")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("packages/model-cifar10"))
    parser.add_argument("--pretrain-epochs", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=13)
    parser.add_argument("--patch", type=int, default=4)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit", type=int, default=None, help="pictures to use of each split, for trying the script")
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


def read_split(options, split):
    """uint8 [pictures, 32, 32, 3] and labels, in the order of the names; with --limit evenly spread ones."""
    pictures, labels = [], []
    with tarfile.open(options.data / f"{split}.tar.gz") as archive:
        members = sorted((m for m in archive.getmembers() if m.name.endswith(".jpg")), key=lambda m: m.name)
        for member in members[:: 1 if options.limit is None else max(1, len(members) // options.limit)]:
            picture = Image.open(io.BytesIO(archive.extractfile(member).read())).convert("RGB")
            pictures.append(numpy.asarray(picture))
            labels.append(CLASSES.index(member.name.split("/")[1]))
    return torch.from_numpy(numpy.stack(pictures)), torch.tensor(labels)


def normalised(pictures):
    """uint8 [n, 32, 32, 3] -> float [n, 3, 32, 32]."""
    pixels = pictures.permute(0, 3, 1, 2).float() / 255
    return (pixels - torch.tensor(MEAN, device=pixels.device)[:, None, None]) / torch.tensor(STD, device=pixels.device)[:, None, None]


def augmented(pictures, generator):
    """Random crops of the picture padded by 4, half of them mirrored."""
    count = len(pictures)
    padded = torch.nn.functional.pad(pictures.permute(0, 3, 1, 2).float(), (4, 4, 4, 4), mode="reflect").permute(0, 2, 3, 1)
    rows = torch.randint(0, 9, (count,), generator=generator)
    columns = torch.randint(0, 9, (count,), generator=generator)
    span = torch.arange(SIZE)
    crops = padded[torch.arange(count)[:, None, None], (rows[:, None] + span)[:, :, None], (columns[:, None] + span)[:, None, :]]
    mirrored = torch.rand(count, generator=generator) < 0.5
    crops[mirrored] = crops[mirrored].flip(2)
    return crops


class Muon(torch.optim.Optimizer):
    """Muon (Jordan et al. 2024) in float32, matrices of one shape at a time: torch's own works in bfloat16, which many CPUs only emulate."""

    def __init__(self, groups, momentum=0.95):
        super().__init__(groups, {"lr": 0.0, "momentum": momentum, "weight_decay": 0.0})

    @staticmethod
    def orthogonal(matrices):
        """The nearest matrices with singular values of about 1, by five steps of Newton-Schulz; [n, rows, columns], rows <= columns."""
        x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
        for _ in range(5):
            square = x @ x.mT
            x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
        return x

    @torch.no_grad()
    def step(self):
        alike = {}
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                average = state.setdefault("momentum", torch.zeros_like(parameter)).lerp_(parameter.grad, 1 - group["momentum"])
                update = parameter.grad.lerp(average, group["momentum"])
                tall = update.shape[0] > update.shape[1]
                update = update.mT if tall else update
                alike.setdefault(update.shape, []).append((parameter, group, tall, update))
        for shape, entries in alike.items():
            scale = 0.2 * math.sqrt(max(shape))  # updates as large as those of AdamW (Liu et al. 2025)
            for (parameter, group, tall, _), update in zip(entries, self.orthogonal(torch.stack([entry[3] for entry in entries]))):
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update.mT if tall else update, alpha=-scale * group["lr"])


class Learner:
    """Muon for the matrices of the blocks, AdamW for the rest, and their common plan: linear warm-up, a cosine to zero."""

    def __init__(self, model, rate, decay, total):
        matrices, others = [], []
        blocks = model.config.num_hidden_layers
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue
            parts = name.split(".")
            layer = next((int(b) for a, b in zip(parts, parts[1:]) if a.endswith("layers") and b.isdigit()), None)
            depth = layer + 1 if layer is not None else 0 if "embeddings" in parts else blocks + 1
            group = {"params": [parameter], "lr": rate * (1 if "decoder" in name else decay ** (blocks + 1 - depth))}
            if layer is not None and parameter.ndim == 2:
                matrices.append({**group, "weight_decay": 0.05})
            else:
                still = parameter.ndim == 1 or "position_embeddings" in name or "token" in name
                others.append({**group, "weight_decay": 0.0 if still else 0.05})
        self.optimizers = [
            Muon(matrices),
            torch.optim.AdamW(others, betas=(0.9, 0.95), fused=True),
        ]
        warm_up = max(1, total // 20)
        share = lambda step: min((step + 1) / warm_up, 0.5 * (1 + math.cos(math.pi * min(1, step / total))))
        self.plans = [torch.optim.lr_scheduler.LambdaLR(optimizer, share) for optimizer in self.optimizers]

    def step(self):
        for part in (*self.optimizers, *self.plans):
            part.step()

    def state_dict(self):
        return [part.state_dict() for part in (*self.optimizers, *self.plans)]

    def load_state_dict(self, states):
        for part, state in zip((*self.optimizers, *self.plans), states, strict=True):
            part.load_state_dict(state)


class Checkpoint:
    """What a run needs to go on after it was stopped."""

    def __init__(self, out):
        self.path = out / "checkpoint.pt"
        self.state = torch.load(self.path, weights_only=False) if self.path.exists() else {"seconds": 0.0}

    def save(self, **entries):
        self.state.update(entries)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        torch.save(self.state, partial)
        partial.rename(self.path)


def shape_of(options):
    return {
        "image_size": SIZE, "patch_size": options.patch, "hidden_size": options.width, "num_hidden_layers": options.blocks,
        "num_attention_heads": options.heads, "intermediate_size": 4 * options.width, "layer_norm_eps": 1e-6,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }


def positions(width, patches):
    """Sines and cosines of the rows and columns of a square of patches, zeros for the class token: [1, 1 + patches, width] (He et al. 2022)."""
    side, rates = math.isqrt(patches), 1 / 10000 ** (torch.arange(width // 4) / (width // 4))
    places = torch.arange(side)[:, None] * rates
    waves = torch.cat([places.sin(), places.cos()], 1)
    grid = torch.cat([waves[:, None].expand(-1, side, -1), waves[None].expand(side, -1, -1)], 2)
    return torch.cat([torch.zeros(1, width), grid.reshape(patches, width)])[None]


def run_epochs(name, model, rate, decay, options, checkpoint, pictures, epochs, loss_of, average=None):
    """Trains from the epoch that the checkpoint has; `loss_of(indices, epoch, generator)` gives the loss of a batch."""
    steps = len(pictures) // options.batch_size
    learner = Learner(model, rate, decay, steps * epochs)
    saved = checkpoint.state.get(name)
    history = []
    if saved is not None:
        model.load_state_dict(saved["model"])
        learner.load_state_dict(saved["learner"])
        if average is not None:
            average.load_state_dict(saved["average"])
        history = saved["history"]
    for epoch in range(len(history), epochs):
        started, losses = time.time(), []
        generator = torch.Generator().manual_seed(options.seed * 1000 + epoch)
        torch.manual_seed(options.seed * 1000 + epoch)
        model.train()
        for batch in torch.randperm(len(pictures), generator=generator)[: steps * options.batch_size].split(options.batch_size):
            loss = loss_of(batch, epoch, generator)
            model.zero_grad()
            loss.backward()
            learner.step()
            if average is not None:
                average.update_parameters(model)
            losses.append(loss.item())
        history.append(float(numpy.mean(losses)))
        seconds = checkpoint.state["seconds"] + time.time() - started
        entry = {"model": model.state_dict(), "learner": learner.state_dict(), "history": history}
        if average is not None:
            entry["average"] = average.state_dict()
        checkpoint.save(**{name: entry, "seconds": seconds})
        print(f"{name} epoch {epoch + 1}/{epochs} loss {history[-1]:.4f} {time.time() - started:.0f} s", flush=True)
    return history


def pretrain(options, checkpoint, pictures):
    config = ViTMAEConfig(
        **shape_of(options), mask_ratio=0.75, norm_pix_loss=True, decoder_hidden_size=96, decoder_num_hidden_layers=1,
        decoder_num_attention_heads=3, decoder_intermediate_size=384,
        attn_implementation=ATTENTION,
    )
    model = ViTMAEForPreTraining(config).to(options.device)
    patches = (SIZE // options.patch) ** 2
    with torch.no_grad():  # some versions of transformers leave them at zero, and then nothing is learnt
        model.vit.embeddings.position_embeddings.copy_(positions(options.width, patches))
        model.decoder.decoder_pos_embed.copy_(positions(model.config.decoder_hidden_size, patches))
    compiled = torch.compile(model)

    def loss_of(batch, epoch, generator):
        pixels = normalised(augmented(pictures[batch], generator).to(options.device))
        return compiled(pixels).loss

    history = run_epochs("pretrain", model, 2e-3, 1, options, checkpoint, pictures, options.pretrain_epochs, loss_of)
    return model, history


@torch.no_grad()
def reconstruction_loss(model, pictures, options):
    model.eval()
    torch.manual_seed(options.seed)
    losses = [model(normalised(part.to(options.device))).loss.item() for part in pictures.split(500)]
    return float(numpy.mean(losses))


def logits_of_half(model, pixels):
    """Logits of what the encoder makes of a random half of the patches, another half for each picture."""
    hidden = model.vit.embeddings(pixels)
    patches = hidden.shape[1] - 1
    kept = torch.rand(len(hidden), patches).argsort(1)[:, : patches // 2].to(hidden.device) + 1
    kept = torch.cat([torch.zeros_like(kept[:, :1]), kept], 1)
    hidden = hidden.gather(1, kept[:, :, None].expand(-1, -1, hidden.shape[2]))
    for layer in model.vit.layers:
        hidden = layer(hidden)
    return model.classifier(model.vit.layernorm(hidden)[:, 0])


def fine_tune(options, checkpoint, encoder, pictures, labels):
    names = dict(enumerate(CLASSES))
    config = ViTConfig(**shape_of(options), id2label=names, label2id={v: k for k, v in names.items()}, attn_implementation=ATTENTION)
    model = ViTForImageClassification(config).to(options.device)
    missing = model.vit.load_state_dict(encoder.vit.state_dict(), strict=False)
    if missing.missing_keys or missing.unexpected_keys:
        raise SystemExit(f"The encoder does not fit the classifier: {missing}")
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
    targets = torch.nn.functional.one_hot(labels, len(CLASSES)).float() * 0.9 + 0.01

    compiled, compiled_half = torch.compile(model), torch.compile(logits_of_half)

    def loss_of(batch, epoch, generator):
        pixels, target = normalised(augmented(pictures[batch], generator).to(options.device)), targets[batch].to(options.device)
        halved = epoch < options.epochs * 17 // 20
        logits = compiled_half(model, pixels) if halved else compiled(pixels).logits
        return torch.nn.functional.cross_entropy(logits, target)

    history = run_epochs("fine-tune", model, 2e-3, 0.85, options, checkpoint, pictures, options.epochs, loss_of, average)
    return average.module, history


@torch.no_grad()
def measure(model, pictures, labels):
    """Accuracy, accuracy of each class and expected calibration error (10 bins)."""
    model.eval()
    probabilities = torch.cat([model(normalised(part)).logits.softmax(-1) for part in pictures.split(500)])
    confidence, predicted = probabilities.max(-1)
    right = (predicted == labels).float()
    bins = (confidence * 10).long().clamp(max=9)
    calibration = sum((right[bins == b].mean() - confidence[bins == b].mean()).abs().item() * (bins == b).sum().item() for b in range(10) if (bins == b).any())
    return {
        "accuracy": right.mean().item(),
        "classes": {name: right[labels == index].mean().item() for index, name in enumerate(CLASSES)},
        "calibrationError": calibration / len(labels),
    }


def store(model, options):
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    copy = ViTForImageClassification(model.config)
    copy.load_state_dict(model.state_dict())
    copy.half().save_pretrained(out)  # the names that all versions of transformers read
    config = {"architectures": ["ViTForImageClassification"], "model_type": "vit", **shape_of(options)}
    config |= {"num_channels": 3, "qkv_bias": True, "hidden_act": "gelu", "problem_type": "single_label_classification", "torch_dtype": "float16"}
    config |= {"id2label": {str(i): name for i, name in enumerate(CLASSES)}, "label2id": {name: i for i, name in enumerate(CLASSES)}}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    processor = {
        "image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": SIZE, "width": SIZE}, "resample": 3,
        "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": MEAN, "image_std": STD,
    }
    (out / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    checkpoint = Checkpoint(options.out)
    pictures, labels = read_split(options, "train")
    encoder, pretraining = pretrain(options, checkpoint, pictures)
    torch.manual_seed(options.seed + 1)
    model, fine_tuning = fine_tune(options, checkpoint, encoder, pictures, labels)
    store(model, options)
    stored = ViTForImageClassification.from_pretrained(options.out, local_files_only=True, dtype=torch.float32)
    test_pictures, test_labels = read_split(options, "test")
    weights = (options.out / "model.safetensors").read_bytes()
    metrics = {
        "dataset": "CIFAR-10 test (as JPEG)",
        "pictures": len(test_labels),
        **measure(stored, test_pictures, test_labels),
        "reconstructionLoss": reconstruction_loss(encoder, test_pictures, options),
        "sha256": hashlib.sha256(weights).hexdigest(),
        "bytes": len(weights),
        "training": {
            "pretraining": pretraining, "fineTuning": fine_tuning, "batchSize": options.batch_size, "seed": options.seed,
            "device": options.device, "seconds": round(checkpoint.state["seconds"]),
        },
    }
    (options.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
