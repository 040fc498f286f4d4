"""Similarities of pairs of texts by sentence-transformers, for bench/similarity-parity.ts (not stored here).

Texts are lines of a file (of a table its last column); each is paired with the next one. Where the folder has the prompts
"query" and "passage", half of the pairs have them. The last pair is longer than the model reads.

Run:  python tools/compare_similarity.py --model FOLDER --texts FILE --out FILE.json [--limit 40]
"""

import argparse
import json
import pathlib

from sentence_transformers import SentenceTransformer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--texts", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--limit", type=int, default=40)
    options = parser.parse_args()
    lines = [line.split("\t")[-1].strip() for line in options.texts.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line][: options.limit + 1]
    pairs = [*zip(lines, lines[1:]), (" ".join(lines[:30]), lines[0])]
    model = SentenceTransformer(options.model, device="cpu")
    found = []
    for i, pair in enumerate(pairs):
        has_prompts = {"query", "passage"} <= {name for name, text in model.prompts.items() if text} and i % 2 == 0
        names = ("query", "passage") if has_prompts else (None, None)
        one, two = (model.encode([text], prompt_name=name) for text, name in zip(pair, names))
        found.append({"texts": pair, "prompts": names if has_prompts else None, "similarity": float(model.similarity(one, two)[0][0])})
    options.out.write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
