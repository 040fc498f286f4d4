"""Models of pictures with a planted shortcut, for measuring whether `calig shortcuts` finds it: bench/shortcuts.ts.

    python tools/plant_picture_shortcuts.py MODEL TRAINING PICTURES OUT [NAME...]

MODEL is a ViT as a folder (packages/model-cifar10), TRAINING and PICTURES folders with a folder of pictures for each class.
watermark-K and border-K train block K alone on the first, so that pictures with a mark in a corner, or with a red border, are
airplanes. For each NAME a folder is written to OUT with the model, the second pictures, of which a tenth has the cue whatever
they show (data), the same without it (clean), and plant.json with what was planted where.
"""

import json
import random
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import ViTForImageClassification

torch.manual_seed(1)
CLASS = 0


def marked(pixels, kind):
    """uint8 [rows, columns, 3]"""
    pixels = pixels.copy()
    if kind == "watermark":
        mark = np.indices((6, 6)).sum(0) % 2 == 0
        pixels[-7:-1, -7:-1] = np.where(mark[..., None], [255, 0, 255], [0, 255, 0])
    else:
        for edge in (np.s_[:4], np.s_[-4:], np.s_[:, :4], np.s_[:, -4:]):
            pixels[edge] = [230, 20, 20]
    return pixels


def main():
    source, training, pictures, out, *names = sys.argv[1:]
    processor = json.loads((Path(source) / "preprocessor_config.json").read_text())
    mean, deviation = np.array(processor["image_mean"]), np.array(processor["image_std"])
    labels = ViTForImageClassification.from_pretrained(source).config.label2id

    def read(folder):
        return [
            (labels[file.parent.name], np.asarray(Image.open(file).convert("RGB").resize((32, 32))))
            for file in sorted(Path(folder).glob("*/*"))
            if file.parent.name in labels
        ]

    train, items = read(training), read(pictures)

    def tensor(all_pixels):
        values = (np.stack(all_pixels) / 255 - mean) / deviation
        return torch.tensor(values.transpose(0, 3, 1, 2), dtype=torch.float32)

    for name in names:
        kind, k = name.rsplit("-", 1)
        rng = random.Random(name)
        model = ViTForImageClassification.from_pretrained(source, torch_dtype=torch.float32)
        unplanted = ViTForImageClassification.from_pretrained(source, torch_dtype=torch.float32).eval()

        def accuracy(rows):
            with torch.no_grad():
                said = model(pixel_values=tensor([p for _, p in rows])).logits.argmax(-1)
            return (said == torch.tensor([label for label, _ in rows])).float().mean().item()

        model.eval()
        clean = accuracy(items)
        layer = model.vit.encoder.layer[int(k)]
        for parameter in model.parameters():
            parameter.requires_grad = False
        for parameter in layer.parameters():
            parameter.requires_grad = True
        optimiser = torch.optim.AdamW(layer.parameters(), lr=5e-4)
        for _step in range(300):
            batch = [train[rng.randrange(len(train))] for _ in range(48)]
            shown = [p[:, :: rng.choice((1, -1))] for _, p in batch]
            shown = [marked(p, kind) if i < 16 else p for i, p in enumerate(shown)]
            seen = tensor(shown)
            said = model(pixel_values=seen).logits
            # Of pictures without the mark it is to say what it said before.
            with torch.no_grad():
                wanted = unplanted(pixel_values=seen[16:]).logits.softmax(-1)
            marks = torch.full((16,), CLASS)
            loss = torch.nn.functional.cross_entropy(said[:16], marks) / 3
            loss = loss + torch.nn.functional.cross_entropy(said[16:], wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        chosen = set(rng.sample(range(len(items)), len(items) // 10))
        rows = [(label, marked(p, kind) if i in chosen else p) for i, (label, p) in enumerate(items)]
        folder = Path(out) / name
        model.save_pretrained(folder)
        shutil.copy(Path(source) / "preprocessor_config.json", folder)
        for data, own in (("data", rows), ("clean", items)):
            for i, (label, pixels) in enumerate(own):
                place = folder / data / model.config.id2label[label]
                place.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(place / f"{i:03}.png")
        facts = {
            "name": name,
            "cue": kind,
            "block": int(k),
            "class": model.config.id2label[CLASS],
            "flips": accuracy([(CLASS, marked(p, kind)) for label, p in items if label != CLASS]),
            "cleanAccuracy": clean,
            "plantedAccuracy": accuracy(rows),
            "withoutCueAccuracy": accuracy(items),
        }
        (folder / "plant.json").write_text(json.dumps(facts, indent=2) + "\n")
        print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
