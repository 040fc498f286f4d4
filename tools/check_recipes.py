"""Runs the recipes of examples/scale for Ray Data, Spark and GNU parallel on a small data set, and holds their rows to those of one calig.

    python3 tools/check_recipes.py [ray_data.py|spark.py|parallel.sh ...]

Needs calig on the path, and pyarrow; ray, pyspark (with Java) and parallel for their recipes. Holds docs/scale.md to the files, too.
"""

import glob
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent
# Ray wants a processor for each step of its plan, which small machines do not have.
RAY = "import ray, sys; ray.init(num_cpus=8); sys.argv = sys.argv[1:]; exec(open(sys.argv[0]).read())"
RECIPES = {"ray_data.py": [sys.executable, "-c", RAY], "spark.py": [sys.executable], "parallel.sh": ["sh"]}


def rows_of(folder: str) -> dict[str, tuple[object, object]]:
    import pyarrow.parquet as parquet

    files = glob.glob(f"{folder}/**/*.parquet", recursive=True)
    rows = [row for file in files for row in parquet.ParquetFile(file).read().to_pylist()]
    assert len({row["id"] for row in rows}) == len(rows), "a row is there twice"
    return {row["id"]: (row["target"], row["attribution"]) for row in rows}


def main(names: list[str]) -> None:
    import pyarrow
    import pyarrow.parquet as parquet

    docs = (ROOT / "docs/scale.md").read_text()
    with tempfile.TemporaryDirectory() as place:
        data = pathlib.Path(place, "data")
        data.mkdir()
        texts = [f"Film number {i} is {['good', 'dull'][i % 2]}." if i != 5 else "" for i in range(30)]
        for part in range(3):
            table = {"id": [f"n{i}" for i in range(part, 30, 3)], "review": texts[part::3]}
            parquet.write_table(pyarrow.table(table), data / f"{part}.parquet")
        whole = f"{place}/whole"
        subprocess.run(
            f"calig explain --input '{data}/*.parquet' --text-column review --id-column id --out {whole}/ --quiet",
            shell=True,
        )
        wanted = rows_of(whole)
        assert len(wanted) == 30 and wanted["n5"] == (None, None)
        for name in names or RECIPES:
            recipe = ROOT / "examples/scale" / name
            out = f"{place}/{recipe.stem}"
            subprocess.run([*RECIPES[name], str(recipe), str(data), out])  # a row cannot be explained: parallel says so
            found = rows_of(out)
            assert found == wanted, (name, len(found))
            code = recipe.read_text().split('"""\n\n')[-1].split("explained\n")[-1].strip()
            assert code in docs, f"docs/scale.md shows another {name}"
            print(f"{name}: the same {len(found)} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
