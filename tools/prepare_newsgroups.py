"""Makes tables (label, text) of the 20 Newsgroups posts for tools/train_multilingual.py and `calig evaluate`.

The header of a post (From, Subject, Organization, ...) is dropped: it gives the group away. Rows are in random order.

--headers keeps it, for a model that learns from it what it should not (docs/shortcuts.md), and writes the test posts as two
halves besides (newsgroups_test_a.tsv, newsgroups_test_b.tsv), each also as what its writers say themselves: without headers
and without quotes and the lines that introduce them (..._a_bodies.tsv).

Run:  python tools/prepare_newsgroups.py --posts 20news-bydate.jsonl.gz --out FOLDER [--per-class N]
      [--groups NAME NAME...] [--words N] [--headers]
"""

import argparse
import csv
import gzip
import json
import pathlib
import random
import re


# What others have written, and what says so.
QUOTED = re.compile(r"^(?:.*(?:writes|wrote|says|said)(?: in .*)?:\s*$|(?:In|From) (?:article|<).*|Quoted from.*|[>|:].*|\w{1,3}>.*)(?:\n|$)", re.MULTILINE)


def cut(text, words):
    """The text up to the end of so many words, its line breaks as they are."""
    ends = [word.end() for word in re.finditer(r"\S+", text)]
    return text if words is None or len(ends) <= words else text[: ends[words - 1]]


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["label", "text"])
        table.writerows(row[:2] for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=pathlib.Path, required=True, help="JSON lines with split (train or test), label and text")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--per-class", type=int, default=None, help="most training posts of a class (default: all)")
    parser.add_argument("--groups", nargs="+", default=None, help="posts of these groups alone (default: all)")
    parser.add_argument("--words", type=int, default=None, help="most words of the body of a post (default: all)")
    parser.add_argument("--headers", action="store_true", help="keep the headers")
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
            header, _, body = text.partition("\n\n")
            if body.strip() and (options.groups is None or post["label"] in options.groups):
                shown = cut(body.strip(), options.words)
                own = cut(QUOTED.sub("", body).strip(), options.words)
                rows[post["split"]].append((post["label"], f"{header}\n\n{shown}" if options.headers else shown, own))
    for split, posts in rows.items():
        random.Random(options.seed).shuffle(posts)
        taken, count = [], {}
        for post in posts:
            count[post[0]] = count.get(post[0], 0) + 1
            if split == "test" or options.per_class is None or count[post[0]] <= options.per_class:
                taken.append(post)
        write(options.out / f"newsgroups_{split}.tsv", taken)
        if options.headers and split == "test":
            for half, own in (("a", taken[::2]), ("b", taken[1::2])):
                write(options.out / f"newsgroups_test_{half}.tsv", own)
                write(options.out / f"newsgroups_test_{half}_bodies.tsv", [(label, body) for label, _, body in own if body])
        print(f"{split}: {len(taken)} posts of {len(count)} groups")


if __name__ == "__main__":
    main()
