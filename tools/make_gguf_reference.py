"""Blocks of every element type of GGUF that calig reads, dequantised by the `gguf` package: test/golden/gguf.json.

    pip install gguf
    python tools/make_gguf_reference.py
"""

import base64
import json
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

ROOT = Path(__file__).resolve().parent.parent
# Where scales of half precision are in a block.
SCALES = {
    "F32": [],
    "F16": [],
    "BF16": [],
    "Q4_0": [0],
    "Q4_1": [0, 2],
    "Q5_0": [0],
    "Q5_1": [0, 2],
    "Q8_0": [0],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "IQ4_NL": [0],
    "IQ4_XS": [0],
}


def blocks(name, rng):
    """Random bytes as two blocks, with scales that are finite; plain types: random numbers."""
    kind = GGMLQuantizationType[name]
    elements, size = GGML_QUANT_SIZES[kind]
    if elements == 1:
        values = rng.standard_normal(32).astype(np.float32)
        if name == "F16":
            return values.astype(np.float16).view(np.uint8)
        bits = values.view(np.uint8)
        return bits if name == "F32" else bits.reshape(-1, 4)[:, 2:].reshape(-1)
    data = rng.integers(0, 256, (2, size), dtype=np.uint8)
    for at in SCALES[name]:
        scales = rng.standard_normal((2, 1)).astype(np.float16)
        data[:, at : at + 2] = scales.view(np.uint8).reshape(2, 2)
    return data.reshape(-1)


def main():
    rng = np.random.default_rng(0)
    cases = []
    for name in SCALES:
        data = blocks(name, rng)
        plain = {"F32": np.float32, "F16": np.float16}.get(name)
        values = dequantize(data, GGMLQuantizationType[name]) if plain is None else data.view(plain)
        values = np.ascontiguousarray(values, dtype=np.float32).reshape(-1)
        assert np.isfinite(values).all()
        cases.append(
            {
                "type": name,
                "number": int(GGMLQuantizationType[name]),
                "bytes": base64.b64encode(data.tobytes()).decode(),
                "float32": base64.b64encode(values.tobytes()).decode(),
            }
        )
    path = ROOT / "test" / "golden" / "gguf.json"
    path.write_text(json.dumps({"madeBy": "tools/make_gguf_reference.py", "cases": cases}, indent=1) + "\n")


main()
