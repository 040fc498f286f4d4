"""What the image processors of transformers make of small synthetic pictures, for test/reference/processors.test.ts.

Pillow must be 3.4 to 12: 13 resizes tall pictures otherwise (docs/images.md). Run with transformers 5 first, which makes the file, then with 4.57, which compares its slow processors with it and
notes that they agree. The cases of timm need timm and torchvision, and are left as they are where there are none.
Also stored: the defaults of each class, where 4.57 (slow and fast) and 5 agree.

Run:  python tools/make_processor_reference.py --out test/golden/processors.json
"""

import argparse
import base64
import json
import pathlib

import numpy
import PIL
import transformers
from hashed_weights import uniform
from PIL import Image

PICTURES = [(40, 29), (23, 37), (3, 50)]
PROCESSORS = {
    "CLIP": ("CLIP", {"size": {"shortest_edge": 14}, "crop_size": 12}),
    "CLIP, one number": ("CLIP", {"size": 12, "crop_size": {"height": 12, "width": 12}}),
    "CLIP, no crop, exact": ("CLIP", {"size": {"height": 10, "width": 12}, "do_center_crop": False, "resample": 1}),
    "SigLIP": ("Siglip", {"size": {"height": 12, "width": 12}, "resample": 2}),
    "ConvNeXt, small": ("ConvNext", {"size": {"shortest_edge": 12}, "crop_pct": 0.875, "resample": 3}),
    "ConvNeXt, another share": ("ConvNext", {"size": 11, "crop_pct": 0.95, "resample": 2}),
    "MobileViT": ("MobileViT", {"size": {"shortest_edge": 14}, "crop_size": 12, "resample": 2}),
    "MobileViT, not flipped": ("MobileViT", {"size": {"shortest_edge": 12}, "crop_size": 12, "resample": 3, "do_flip_channel_order": False}),
    "MobileViT, cut beyond the picture": ("MobileViT", {"size": {"shortest_edge": 9}, "crop_size": 12, "resample": 2}),
    "LeViT": ("Levit", {"size": {"shortest_edge": 12}, "crop_size": 12}),
    "PoolFormer": ("PoolFormer", {"size": {"shortest_edge": 12}, "crop_size": 12}),
    "PoolFormer, exact": ("PoolFormer", {"size": {"height": 10, "width": 12}, "crop_pct": 0.8, "crop_size": 10}),
    "PoolFormer, a square": ("PoolFormer", {"size": {"height": 12, "width": 12}, "crop_size": 12}),
    "PVT": ("Pvt", {"size": 12, "resample": 2}),
    "BLIP": ("Blip", {"size": {"height": 12, "width": 12}}),
    "SegFormer": ("Segformer", {"size": 12}),
    "MobileNet": ("MobileNetV2", {"size": {"shortest_edge": 14}, "crop_size": 12}),
    "EfficientNet": ("EfficientNet", {"size": 12, "resample": 0}),
    "EfficientNet, an offset": ("EfficientNet", {"size": 12, "resample": 2, "rescale_factor": 1 / 127.5, "rescale_offset": True, "include_top": False}),
    "EfficientNet, all": ("EfficientNet", {"size": 14, "resample": 3, "rescale_factor": 1 / 127.5, "rescale_offset": True, "do_center_crop": True, "crop_size": 11, "image_std": [0.4, 0.5, 0.6]}),
    "BEiT of old": ("Beit", {"size": 12, "do_center_crop": False, "crop_size": 12, "resample": 2, "do_reduce_labels": False}),
}  # fmt: skip
# Only a fast variant exists, which rescales to floats before it resizes: compared with a tolerance of a level of 255.
FAST_ONLY = {"DINOv3": ("DINOv3ViT", {"size": {"height": 12, "width": 12}})}
TIMM = {
    "timm": {"input_size": [3, 12, 12], "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "center", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
    "timm, odd": {"input_size": [3, 11, 11], "interpolation": "bilinear", "crop_pct": 0.71},
    "timm, squashed": {"input_size": [3, 12, 10], "interpolation": "lanczos", "crop_pct": 0.8, "crop_mode": "squash"},
    "timm, not square": {"input_size": [3, 12, 9], "interpolation": "bicubic", "crop_pct": 0.95},
    "timm, whole": {"input_size": [3, 12, 12], "interpolation": "bicubic", "crop_pct": 1.0},
}  # fmt: skip
NAMES = sorted({kind for kind, _ in PROCESSORS.values()} | {"ViT", "DeiT", "Bit", "ChineseCLIP", "ViTHybrid", "EfficientFormer", "MobileNetV1", "DINOv3ViT"})
DEFAULTS = ["do_resize", "size", "resample", "do_center_crop", "crop_size", "crop_pct", "do_rescale", "rescale_factor", "rescale_offset", "include_top"]
DEFAULTS += ["do_normalize", "image_mean", "image_std", "do_flip_channel_order"]


def picture(width, height):
    bytes_ = ((uniform(f"picture {width}x{height}", width * height * 3).astype(numpy.float32).astype(float) + 1) * 128).astype(numpy.uint8)
    return Image.fromarray(bytes_.reshape(height, width, 3))


def processor_class(name):
    """The variant that resizes with Pillow; where there is none, the one with torchvision."""
    for suffix in ("ImageProcessorPil", "ImageProcessor", "ImageProcessorFast"):
        found = getattr(transformers, name + suffix, None)
        if found is not None and not getattr(found, "is_dummy", False):
            return found
    return None


def processed(kind, fields):
    return [kind(**fields)(picture(*size), return_tensors="pt").pixel_values.numpy().astype(numpy.float32) for size in PICTURES]


def timm_processed(fields):
    from timm.data import create_transform, resolve_data_config

    transform = create_transform(**resolve_data_config(fields, pretrained_cfg=fields), is_training=False)
    return [transform(picture(*size)).numpy()[None] for size in PICTURES]


def defaults_of(name):
    """Of all variants, where they agree."""
    found = []
    for suffix in ("ImageProcessor", "ImageProcessorFast", "ImageProcessorPil"):
        kind = getattr(transformers, name + suffix, None)
        try:
            made = kind()
        except Exception:  # no such class here
            continue
        values = {key: getattr(made, key, None) for key in DEFAULTS}
        values = {key: dict(value) if key in ("size", "crop_size") and value is not None else value for key, value in values.items()}
        for key in ("size", "crop_size"):
            if values[key] is not None:
                values[key] = {side: length for side, length in values[key].items() if length is not None}
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
        values["resample"] = None if values["resample"] is None else int(values["resample"])
        found.append(values)
    return agreed(found)


def agreed(all_values):
    first, *others = all_values
    return {key: value if all(other[key] == value for other in others) else "differs" for key, value in first.items()}


def base64_of(array):
    return base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()


def make(made_by):
    cases = []
    for name, (kind, fields) in {**PROCESSORS, **FAST_ONLY}.items():
        for size, pixels in zip(PICTURES, processed(processor_class(kind), fields), strict=True):
            config = {"image_processor_type": f"{kind}ImageProcessor", **fields}
            cases.append({"name": name, "config": config, "from": size, "shape": pixels.shape, "pixels": base64_of(pixels)})
    for name, fields in TIMM.items():
        for size, pixels in zip(PICTURES, timm_processed(fields), strict=True):
            cases.append({"name": name, "timm": fields, "from": size, "shape": pixels.shape, "pixels": base64_of(pixels)})
    return {"made": made_by, "defaults": {name: defaults_of(name) for name in NAMES if processor_class(name) is not None}, "cases": cases}


def confirm(reference):
    """Compares the processors here with the file: all numbers must be equal."""
    for name, (kind, fields) in PROCESSORS.items():
        for size, pixels in zip(PICTURES, processed(processor_class(kind), fields), strict=True):
            wanted = next(case for case in reference["cases"] if case["name"] == name and tuple(case["from"]) == size)
            assert list(pixels.shape) == wanted["shape"] and base64_of(pixels) == wanted["pixels"], f"{name} of {size} differs"
    for name in NAMES:
        if processor_class(name) is None:
            continue
        there = reference["defaults"].get(name)
        reference["defaults"][name] = defaults_of(name) if there is None else agreed([there, defaults_of(name)])
    reference["made"]["transformers"] += f", {transformers.__version__}"
    return reference


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    major = int(transformers.__version__.split(".")[0])
    reference = make({"script": "tools/make_processor_reference.py", "pillow": PIL.__version__, "transformers": transformers.__version__}) if major >= 5 else confirm(json.loads(options.out.read_text()))
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in reference["cases"])
    defaults = ",\n".join(f"{json.dumps(name)}:{json.dumps(values)}" for name, values in sorted(reference["defaults"].items()))
    options.out.write_text(f'{{"made":{json.dumps(reference["made"])},"defaults":{{\n{defaults}\n}},"cases":[\n{lines}\n]}}\n')
    print(len(reference["cases"]), "processed pictures,", options.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
