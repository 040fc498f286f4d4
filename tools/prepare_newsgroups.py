"""Makes tables (label, text) of the 20 Newsgroups posts for tools/train_multilingual.py and `calig evaluate`.

The header of a post (From, Subject, Organization, ...) is dropped: it gives the group away. Rows are in random order.

Run:  python tools/prepare_newsgroups.py --posts 20news-bydate.jsonl.gz --out FOLDER [--per-class N]
"""

import argparse
import csv
import gzip
import json
import pathlib
import random


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=pathlib.Path, required=True, help="JSON lines with split (train or test), label and text")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--per-class", type=int, default=None, help="most training posts of a class (default: all)")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = {"train": [], "test": []}
    with gzip.open(options.posts, "rt", encoding="utf-8") as lines:
        for line in lines:
            post = json.loads(line)
            text = post["text"].replace("\r\n", "\n").strip().removesuffix("ÿ")
            if "\n" not in text:
                text = text.replace("\t", "\n")  # so are the line breaks of the training posts in the common archive
            _, _, body = text.partition("\n\n")
            if body.strip():
                rows[post["split"]].append((post["label"], body.strip()))
    for split, posts in rows.items():
        random.Random(options.seed).shuffle(posts)
        taken, count = [], {}
        for label, body in posts:
            count[label] = count.get(label, 0) + 1
            if split == "test" or options.per_class is None or count[label] <= options.per_class:
                taken.append((label, body))
        with (options.out / f"newsgroups_{split}.tsv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t")
            table.writerow(["label", "text"])
            table.writerows(taken)
        print(f"{split}: {len(taken)} posts of {len(count)} groups")


if __name__ == "__main__":
    main()
