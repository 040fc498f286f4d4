"""What Pillow and transformers make of small synthetic pictures, for test/reference/image.test.ts.

Pixels are hashes of their places (hashed_weights.py). Results are stored as bytes in base64, large ones as SHA-256.

Run:  python tools/make_image_reference.py --out test/golden/image.json
"""

import argparse
import base64
import hashlib
import io
import json
import pathlib

import numpy
import PIL
import transformers
from hashed_weights import uniform
from PIL import Image
from transformers.models.beit.image_processing_pil_beit import BeitImageProcessorPil
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
# (width, height) before and after: smaller, larger, one axis only, both ways at once, down to and up from one pixel.
SIZES = [
    ((13, 9), (7, 5)), ((13, 9), (29, 17)), ((24, 18), (12, 9)), ((17, 23), (17, 8)), ((17, 23), (6, 23)), ((11, 30), (25, 7)),
    ((1, 1), (4, 3)), ((9, 14), (1, 1)), ((2, 3), (5, 8)), ((31, 7), (10, 10)),
]
LARGE = ((1021, 767), (341, 256))
# Pictures whose colours are only black and white, so that results overshoot and are clipped.
HARD = ((20, 15), (33, 9))
PICTURES = [(40, 29), (23, 37), (5, 50)]
PROCESSORS = {
    "ViT": (ViTImageProcessorPil, {"size": {"height": 16, "width": 24}}),
    "ViT, square by one number": (ViTImageProcessorPil, {"size": 16, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}),
    "ViT, not normalised": (ViTImageProcessorPil, {"size": 16, "do_normalize": False}),
    "ViT, not rescaled": (ViTImageProcessorPil, {"size": 16, "do_rescale": False}),
    "ViT, from -1 to 1": (ViTImageProcessorPil, {"size": 16, "rescale_factor": 1 / 127.5, "image_mean": [1.0, 1.0, 1.0], "image_std": [1.0, 1.0, 1.0]}),
    "DeiT": (DeiTImageProcessorPil, {"size": 20, "crop_size": 16}),
    "DeiT, odd crop": (DeiTImageProcessorPil, {"size": {"height": 20, "width": 21}, "crop_size": {"height": 15, "width": 18}}),
    "DeiT, cropped only": (DeiTImageProcessorPil, {"do_resize": False, "crop_size": 25}),
    "BEiT": (BeitImageProcessorPil, {"size": 16, "do_center_crop": False}),
    "BEiT, padded": (BeitImageProcessorPil, {"size": 12, "do_center_crop": True, "crop_size": {"height": 17, "width": 14}}),
    "DINOv2": (BitImageProcessorPil, {"size": {"shortest_edge": 18}, "crop_size": 16, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}),
    "Bit, edge by one number": (BitImageProcessorPil, {"size": 19, "crop_size": 16}),
}
# Files by Pillow: format and options of Image.save, and the mode of the picture.
FILES = {
    "JPEG, 4:2:0": ("JPEG", {"quality": 80}, "RGB"),
    "JPEG, 4:4:4, progressive": ("JPEG", {"quality": 90, "subsampling": 0, "progressive": True}, "RGB"),
    "JPEG, grey": ("JPEG", {"quality": 75}, "L"),
    "PNG": ("PNG", {}, "RGB"),
    "PNG, grey": ("PNG", {}, "L"),
    "PNG, palette": ("PNG", {}, "P"),
    "WebP": ("WEBP", {"quality": 80}, "RGB"),
    "WebP, lossless": ("WEBP", {"lossless": True}, "RGB"),
}
FILE_SIZE = (27, 19)


def picture(width, height, hard=False):
    bytes_ = ((uniform(f"picture {width}x{height}", width * height * 3).astype(numpy.float32).astype(float) + 1) * 128).astype(numpy.uint8)
    return (bytes_ // 128 * 255 if hard else bytes_).reshape(height, width, 3)


def base64_of(array):
    return base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()


def saved(kind, settings, mode):
    """A smooth picture with some noise as a file, and what Pillow reads from it."""
    width, height = FILE_SIZE
    small = Image.fromarray(picture(5, 4)).resize(FILE_SIZE, resample=3)
    blended = Image.blend(small, Image.fromarray(picture(width, height)), 0.2).convert(mode)
    with io.BytesIO() as file:
        blended.save(file, kind, **settings)
        return file.getvalue(), numpy.asarray(Image.open(file).convert("RGB"))


def resized(size, to, number, hard=False):
    return numpy.asarray(Image.fromarray(picture(*size, hard)).resize(to, resample=number))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    resizes = []
    for name, number in FILTERS.items():
        for size, to in SIZES:
            resizes.append({"filter": name, "from": size, "to": to, "pixels": base64_of(resized(size, to, number))})
        resizes.append({"filter": name, "from": HARD[0], "to": HARD[1], "hard": True, "pixels": base64_of(resized(*HARD, number, True))})
        resizes.append({"filter": name, "from": LARGE[0], "to": LARGE[1], "sha256": hashlib.sha256(resized(*LARGE, number).tobytes()).hexdigest()})
    processors = []
    for name, (kind, fields) in PROCESSORS.items():
        processor = kind(**fields)
        for size in PICTURES:
            pixels = processor(Image.fromarray(picture(*size)), return_tensors="np").pixel_values.astype(numpy.float32)
            type_ = kind.__name__.removesuffix("Pil")
            processors.append({"name": name, "config": {"image_processor_type": type_, **fields}, "from": size, "shape": pixels.shape, "pixels": base64_of(pixels)})
    files = []
    for name, settings in FILES.items():
        file, pixels = saved(*settings)
        files.append({"name": name, "size": FILE_SIZE, "file": base64.b64encode(file).decode(), "pixels": base64_of(pixels)})
    made = {"script": "tools/make_image_reference.py", "pillow": PIL.__version__, "transformers": transformers.__version__}
    lines = [",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) for cases in (resizes, processors, files)]
    options.out.write_text(f'{{"made":{json.dumps(made)},"resizes":[\n{lines[0]}\n],"processors":[\n{lines[1]}\n],"files":[\n{lines[2]}\n]}}\n')
    print(len(resizes), "resizes,", len(processors), "processed pictures,", len(files), "files,", options.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
