"""Reads the shards of a run with pyarrow, DuckDB, pandas and Polars, as far as they are installed, and holds them to each other.

    python3 tools/read_run.py run/

Needs pyarrow; the others are tried. Ends with an error where one of them reads something else.
"""

import glob
import importlib.util
import sys


def main(folder: str) -> None:
    import pyarrow.parquet as parquet

    files = sorted(glob.glob(f"{folder.rstrip('/')}/shards/part-*.parquet"))
    rows = [row for file in files for row in parquet.read_table(file).to_pylist()]
    assert [row["row"] for row in rows] == list(range(len(rows))), "rows are missing, or out of order"
    for row in rows:
        if row["error_code"] is not None:
            assert row["target"] is None and row["words"] is None
            continue
        if row["words"] is None:
            continue
        cut = row["text"].encode("utf-16-le")
        words = [cut[2 * a : 2 * b].decode("utf-16-le") for a, b in zip(row["starts"], row["ends"])]
        assert words == row["words"], (words, row["words"])
        assert len(row["attribution"]) == len(words)
        assert all(len(block) == len(words) for block in row["block_relevance"])
    wanted = sum(sum(row["attribution"] or []) for row in rows)
    group = parquet.ParquetFile(files[0]).read_row_group(0)
    print(f"pyarrow: {len(rows)} rows in {len(files)} shards; a row group has {group.num_rows}")

    def same(name: str, count: int, total: float) -> None:
        assert count == len(rows), (name, count)
        assert abs(total - wanted) < 1e-3 * max(1, abs(wanted)), (name, total, wanted)
        print(f"{name}: the same")

    if importlib.util.find_spec("duckdb"):
        import duckdb

        count, total = duckdb.sql(
            f"select count(*), sum(list_sum(attribution)) from '{folder.rstrip('/')}/shards/*.parquet'"
        ).fetchall()[0]
        same("DuckDB", count, total)
    if importlib.util.find_spec("pandas"):
        import pandas

        frame = pandas.concat([pandas.read_parquet(file) for file in files])
        same("pandas", len(frame), float(frame["attribution"].dropna().map(sum).sum()))
    if importlib.util.find_spec("polars"):
        import polars

        frame = polars.read_parquet(files)
        same("Polars", len(frame), frame["attribution"].list.sum().sum())
    if importlib.util.find_spec("datasets"):
        import datasets

        table = datasets.load_dataset("parquet", data_files=files, split="train")
        same("datasets", len(table), sum(sum(row or []) for row in table["attribution"]))


if __name__ == "__main__":
    main(sys.argv[1])
