"""Small picture files of many kinds, and what Pillow makes of each, for test/reference/picture-files.test.ts.

What transformers' pipelines do (image_utils.load_image of 4.57 and 5.x): exif_transpose, then convert("RGB"). Where a
picture is transparent, also what Pillow makes of it on white. Samples are hashes of their places (hashed_weights.py).
The conversions are the same with Pillow 11.3 and 13.0.

Run:  python tools/make_picture_files.py --out test/golden/picture-files.json
"""

import argparse
import base64
import io
import json
import pathlib
import struct
import warnings
import zlib

import numpy
import PIL
from hashed_weights import uniform
from PIL import Image, ImageCms, ImageOps

WIDTH, HEIGHT = 11, 7


def samples(name, *shape, largest=255):
    """Whole numbers from 0 to `largest`."""
    return ((uniform(name, int(numpy.prod(shape))) + 1) / 2 * (largest + 1)).astype(numpy.int64).clip(0, largest).reshape(shape)


def noise(channels, width=WIDTH, height=HEIGHT):
    return samples(f"{channels} channels", height, width, channels).astype(numpy.uint8)


def smooth(channels, width=24, height=18):
    """For formats that lose something: a few colours, spread."""
    bands = [Image.fromarray(noise(channels, 5, 4)[..., band]).resize((width, height), 3) for band in range(channels)]
    return numpy.stack([numpy.asarray(band) for band in bands], -1)


def saved(image, kind, **settings):
    with io.BytesIO() as file:
        image.save(file, kind, **settings)
        return file.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(depth, colour, rows, extra=b""):
    """A PNG of samples that Pillow does not write. `rows` [height, bytes]."""
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def deep(channels, largest=65535):
    return samples(f"{channels} deep channels", HEIGHT, WIDTH, channels, largest=largest).astype(">u2").reshape(HEIGHT, -1)


def palette(colours=16):
    return Image.fromarray(noise(3)).quantize(colours)


def gif_in_larger_screen(**settings):
    """The first frame at (3, 2) of a screen of 20 x 15."""
    file = bytearray(saved(palette(), "GIF", **settings))
    file[6:10] = struct.pack("<HH", 20, 15)
    frame = bytes(file).index(b"\x2c\0\0\0\0")
    file[frame + 1 : frame + 5] = struct.pack("<HH", 3, 2)
    return bytes(file)


def bmp(bits, colours=0, compression=0, masks=b"", downwards=False):
    stride = (WIDTH * bits + 31) // 32 * 4
    pixels = samples(f"BMP of {bits}", stride * HEIGHT).astype(numpy.uint8).tobytes()
    table = samples(f"colours of {bits}", 4 * colours).astype(numpy.uint8).tobytes()
    start = 54 + len(masks) + len(table)
    height = -HEIGHT if downwards else HEIGHT
    header = struct.pack("<IiiHHIIiiII", 40, WIDTH, height, 1, bits, compression, len(pixels), 0, 0, colours, 0)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + masks + table + pixels


def tiff(photometric, bits, extra=None):
    """An uncompressed TIFF of samples that Pillow does not write."""
    row = (WIDTH * sum(bits) + 7) // 8
    data = samples(f"TIFF of {photometric} {bits}", row * HEIGHT).astype(numpy.uint8).tobytes()
    fields = [(256, [WIDTH]), (257, [HEIGHT]), (258, bits), (259, [1]), (262, [photometric]), (273, [0]), (277, [len(bits)])]
    fields += [(278, [HEIGHT]), (279, [len(data)])] + ([] if extra is None else [(338, extra)])
    start = 8 + 2 + 12 * len(fields) + 4
    far = b"".join(struct.pack(f"<{len(values)}H", *values) for _, values in fields if len(values) > 2)
    entries, place = b"", start
    for tag, values in fields:
        values = [start + len(far)] if tag == 273 else values
        raw = struct.pack(f"<{len(values)}H", *values)
        entries += struct.pack("<HHI", tag, 3, len(values)) + (raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", place))
        place += len(raw) if len(raw) > 4 else 0
    return b"II*\0" + struct.pack("<IH", 8, len(fields)) + entries + bytes(4) + far + data


def without_adobe(file):
    start = file.index(b"\xff\xee")
    return file[:start] + file[start + 2 + struct.unpack(">H", file[start + 2 : start + 4])[0] :]


def as_ycck(file):
    """The same bytes, but the marker says that the inks are coded as YCCK."""
    changed = bytearray(file)
    changed[file.index(b"\xff\xee") + 15] = 2
    return bytes(changed)


def turned(kind, orientation, **settings):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(Image.fromarray(smooth(3, 16, 8) if kind == "JPEG" else noise(3)), kind, exif=exif, **settings)


def files():
    rgb, rgba, grey_alpha, grey = noise(3), noise(4), noise(2), noise(1)[..., 0]
    image = Image.fromarray
    few = samples("few levels", HEIGHT, WIDTH, largest=600).astype(numpy.uint16)
    animation = {"save_all": True, "append_images": [image(rgb[::-1].copy())]}
    yield "PNG, transparent", saved(image(rgba), "PNG")
    yield "PNG, grey and alpha", saved(image(grey_alpha, "LA"), "PNG")
    yield "PNG, 1 bit", saved(image(rgb).convert("1"), "PNG")
    for depth in (1, 2, 4):
        yield f"PNG, grey of {depth} bits", png(depth, 0, samples("bits", HEIGHT, (WIDTH * depth + 7) // 8).astype(numpy.uint8))
    yield "PNG, grey of 16 bits", saved(image(few), "PNG")
    yield "PNG, grey of 16 bits with a transparent level", png(16, 0, deep(1), chunk(b"tRNS", deep(1)[0, :1].tobytes()))
    yield "PNG, grey of 16 bits and alpha", png(16, 4, deep(2))
    yield "PNG, colours of 16 bits", png(16, 2, deep(3))
    yield "PNG, colours of 16 bits and alpha", png(16, 6, deep(4))
    yield "PNG, palette with a transparent colour", saved(palette(), "PNG", transparency=3)
    yield "PNG, palette with alpha", saved(palette(), "PNG", transparency=bytes([0, 10, 20, 255, 30] * 3))
    yield "PNG, grey with a transparent level", saved(image(grey), "PNG", transparency=int(grey[0, 0]))
    yield "PNG, a transparent colour", saved(image(rgb), "PNG", transparency=tuple(int(v) for v in rgb[0, 0]))
    yield "PNG, with a gamma", png(8, 2, rgb.reshape(HEIGHT, -1), chunk(b"gAMA", struct.pack(">I", 100000)))
    yield "PNG, with a profile", saved(image(rgb), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes())
    yield "PNG, animated", saved(image(rgb), "PNG", **animation)
    yield "PNG, animated, with a picture of its own", saved(image(rgb), "PNG", default_image=True, **animation)
    inks = saved(image(smooth(4), "CMYK"), "JPEG", quality=90)
    yield "JPEG, CMYK", inks
    yield "JPEG, CMYK, 4:2:0", saved(image(smooth(4), "CMYK"), "JPEG", quality=75, subsampling=2)
    yield "JPEG, CMYK without the marker of Adobe", without_adobe(inks)
    yield "JPEG, YCCK", as_ycck(inks)
    yield "JPEG, stored as RGB", saved(image(smooth(3)), "JPEG", keep_rgb=True)
    yield "JPEG, 4:2:2", saved(image(smooth(3)), "JPEG", subsampling=1)
    yield "JPEG, two pictures (MPO)", saved(image(smooth(3)), "MPO", save_all=True, append_images=[image(smooth(3)[::-1].copy())])
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        for orientation in (3, 6, 7):
            settings = {"lossless": True} if kind == "WEBP" else {}
            yield f"{kind}, orientation {orientation}", turned(kind, orientation, **settings)
    yield "WebP, transparent", saved(image(rgba), "WEBP", lossless=True, exact=True)
    yield "WebP, transparent, not exact", saved(image(rgba), "WEBP", quality=80)
    yield "WebP, animated", saved(image(rgba), "WEBP", lossless=True, save_all=True, append_images=[image(rgba[::-1].copy())])
    yield "GIF, a transparent colour", saved(palette(), "GIF", transparency=3)
    yield "GIF, interlaced", saved(palette(), "GIF", interlace=1)
    yield "GIF, animated", saved(palette(), "GIF", transparency=2, **animation)
    yield "GIF, first frame smaller than the screen", gif_in_larger_screen()
    yield "GIF, first frame smaller, a transparent colour", gif_in_larger_screen(transparency=5)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        picture = image(smooth(3) if compression == "jpeg" else rgb)
        yield f"TIFF, {compression}", saved(picture, "TIFF", compression=compression)
    yield "TIFF, 1 bit, fax", saved(image(rgb).convert("1"), "TIFF", compression="group4")
    yield "TIFF, palette", saved(palette(), "TIFF")
    yield "TIFF, CMYK", saved(image(noise(4), "CMYK"), "TIFF")
    yield "TIFF, grey of 16 bits", saved(image(few), "TIFF")
    yield "TIFF, grey of 32 bits", saved(image(few.astype(numpy.int32)), "TIFF")
    yield "TIFF, grey as floats", saved(image(few.astype(numpy.float32) / 1.7 - 20), "TIFF")
    yield "TIFF, two pages", saved(image(rgb), "TIFF", **animation)
    for name, photometric, bits, extra in [
        ("white is zero", 0, [8], None), ("grey of 4 bits", 1, [4], None), ("white is zero, 1 bit", 0, [1], None),
        ("grey and alpha", 1, [8, 8], [2]), ("alpha", 2, [8] * 4, [2]), ("alpha that is not announced", 2, [8] * 4, None),
        ("a fourth sample", 2, [8] * 4, [0]), ("colours of 16 bits", 2, [16] * 3, None),
        ("colours of 16 bits and alpha", 2, [16] * 4, [2]), ("colours of 16 bits, a fourth sample", 2, [16] * 4, [0]),
    ]:  # fmt: skip
        yield f"TIFF, {name}", tiff(photometric, bits, extra)
    for bits in (1, 4, 8):
        yield f"BMP, {bits} bits", bmp(bits, 2**bits)
    yield "BMP, 4 bits, 9 colours", bmp(4, 9)
    for bits in (16, 24, 32):
        yield f"BMP, {bits} bits", bmp(bits)
    yield "BMP, from the top", bmp(24, downwards=True)
    yield "BMP, 5, 6 and 5 bits", bmp(16, compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    yield "BMP, 32 bits with masks", bmp(32, compression=3, masks=struct.pack("<III", 0xFF0000, 0xFF00, 0xFF))
    yield "BMP, transparent", saved(image(rgba), "BMP")
    yield "PPM", saved(image(rgb), "PPM")
    yield "PGM", saved(image(grey), "PPM")
    yield "PBM", saved(image(rgb).convert("1"), "PPM")
    yield "PGM, 16 bits", saved(image(few), "PPM")
    yield "PPM, levels to 100", b"P6 # a comment\n2 1\n100\n" + bytes([0, 50, 100, 25, 33, 77])
    yield "PPM, levels to 1000", b"P6 2 1 1000\n" + struct.pack(">6H", 0, 500, 1000, 33, 777, 251)
    yield "PPM, written out", b"P3\n# a comment\n2 2 # another\n15\n0 7 15 3 4 5\n 1 2 3 15 15 15\n"
    yield "PGM, written out", b"P2 3 1 999 0 500 999"
    yield "PBM, written out", b"P1\n3 2\n101\n0 1 0\n"
    for quality, subsampling in ((100, "4:4:4"), (70, "4:2:0")):
        yield f"AVIF, {subsampling}", saved(image(smooth(3)), "AVIF", quality=quality, subsampling=subsampling)


def base64_of(data):
    return base64.b64encode(data).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    cases = []
    for name, data in files():
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        case = {"name": name, "mode": image.mode, "size": image.size, "file": base64_of(data), "pixels": base64_of(image.convert("RGB").tobytes())}
        if image.has_transparency_data:
            over = image.convert("RGBA")
            white = Image.new("RGB", image.size, "white")
            white.paste(over, mask=over.getchannel("A"))
            case["onWhite"] = base64_of(white.tobytes())
        cases.append(case)
    made = {"script": "tools/make_picture_files.py", "pillow": PIL.__version__}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    options.out.write_text(f'{{"made":{json.dumps(made)},"files":[\n{lines}\n]}}\n')
    print(len(cases), "files,", options.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
