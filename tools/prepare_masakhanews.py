"""Makes a table (label, text) of MasakhaNEWS articles for `calig evaluate`: the text is the headline, a line break, the article.

tools/train_multilingual.py reads the published files themselves (--columns category headline text) and joins them likewise.

Run:  python tools/prepare_masakhanews.py --articles orm_dev.tsv.gz --out oromo_dev.tsv
"""

import argparse
import csv
import gzip
import pathlib


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=pathlib.Path, required=True, help="published file: category, headline, text, url")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    csv.field_size_limit(1 << 24)
    with gzip.open(options.articles, "rt", encoding="utf-8", newline="") as file:
        articles = list(csv.DictReader(file, delimiter="\t"))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["label", "text"])
        table.writerows([article["category"], f"{article['headline']}\n{article['text']}"] for article in articles)
    print(f"{options.out}: {len(articles)} articles")


if __name__ == "__main__":
    main()
