"""Values and derivatives of every activation of transformers (ACT2FN), by PyTorch autograd in float64.

Activations with weights of their own are left out: calig refuses them by name.

Run:  python tools/make_activation_reference.py --out test/golden/activations.json
"""

import argparse
import json
import pathlib

import torch
import transformers
from transformers.activations import ACT2FN

LEARNED = ("prelu", "xielu")
POINTS = [-12.5, -6.25, -3.5, -1.75, -1.0, -0.5, -0.125, 0.0625, 0.25, 0.75, 1.0, 1.5, 2.875, 5.5, 7.25, 12.0]


def reference(name):
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    y = ACT2FN[name](x)
    y.sum().backward()
    digits = lambda values: [float(f"{value:.10g}") for value in values.detach().tolist()]
    return {"values": digits(y), "slopes": digits(x.grad)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    made = {"script": "tools/make_activation_reference.py", "torch": torch.__version__, "transformers": transformers.__version__}
    cases = {name: reference(name) for name in ACT2FN if name not in LEARNED}
    lines = [f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items()]
    options.out.write_text(
        f'{{"made": {json.dumps(made)}, "learned": {json.dumps(LEARNED)}, "points": {json.dumps(POINTS)}, "cases": {{\n'
        + ",\n".join(lines)
        + "\n}}\n"
    )


if __name__ == "__main__":
    main()
