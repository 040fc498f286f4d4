"""Makes test/golden/tables.json: the cells of the tables in test/fixtures/tables/, which are written by hand, as Python's
csv module and pandas read them.

    python tools/make_table_reference.py

Where the two agree, their cells are stored; the script stops where they do not. Their defaults are used, with the
separator of the table; pandas is told to leave cells as they are (no numbers, no missing values, no name of columns).
Files whose names start with `plain-` are written without quoting, and read so.
"""

import csv
import io
import json
import random
from importlib.metadata import version
from pathlib import Path

import pandas

FOLDER = Path("test/fixtures/tables")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def rows_of(text: str, **options) -> list:
    rows = list(csv.reader(io.StringIO(text, newline=""), **options))
    # Blank lines are no rows, as in DictReader and pandas; the latter leaves lines of white space out, too.
    return [row for row in rows if row and not (len(row) == 1 and row[0].strip() == "")]


def accident(source: random.Random) -> dict:
    """A short text of what tables are made of, most of them no well-formed tables, and whether csv takes it if strict."""
    parts = ["a", "b", '"', '"', ",", ",", "\n", "\r\n", "\r", " "]
    text = "".join(source.choice(parts) for _ in range(source.randint(1, 14)))
    try:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
        strict = True
    except csv.Error:
        strict = False
    return {"text": text, "strict": strict, "cells": rows_of(text)}


def encoding(data: bytes) -> str:
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def main() -> None:
    tables = []
    source = random.Random(0)
    for path in sorted(FOLDER.iterdir()):
        quoting = csv.QUOTE_NONE if path.name.startswith("plain-") else csv.QUOTE_MINIMAL
        separator = next(own for name, own in SEPARATORS.items() if name in path.stem.split("-"))
        text = path.read_bytes().decode(encoding(path.read_bytes()))
        rows = rows_of(text, delimiter=separator, quoting=quoting)
        frame = pandas.read_csv(
            path,
            sep=separator,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            quoting=quoting,
            encoding=encoding(path.read_bytes()),
        )
        if frame.values.tolist() != rows:
            raise SystemExit(f"{path}: csv has {rows}, pandas {frame.values.tolist()}")
        tables.append({"file": path.name, "separator": separator, "cells": rows})
    golden = {
        "script": "tools/make_table_reference.py",
        "pandas": version("pandas"),
        "tables": tables,
        "accidents": [accident(source) for _ in range(600)],
    }
    Path("test/golden/tables.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


main()
