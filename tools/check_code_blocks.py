"""Runs the code blocks of docs/ that are for Python, Jupyter or DuckDB, as they stand there.

    python3 tools/check_code_blocks.py [notebooks|scale|tokenizers ...]

Needs a built checkout and node_modules/.bin on the path; IPython for notebooks.md, duckdb for scale.md, transformers for tokenizers.md.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / f"docs/{page}.md").read_text()
    return re.findall(rf"^```{language} not-run: [^\n]*\n(.*?)^```$", text, re.M | re.S)


def notebooks() -> str:
    """Both cells, one after the other, in a folder whose node_modules is that of the checkout."""
    first, second = blocks("notebooks", "python")
    shown = []
    from IPython import display

    made = display.HTML
    display.HTML = lambda text: shown.append(text) or made(text)
    with tempfile.TemporaryDirectory() as place:
        os.symlink(ROOT / "node_modules", pathlib.Path(place, "node_modules"))
        os.chdir(place)
        exec(first + second, {})
        os.chdir(ROOT)
    page, component = shown
    assert "srcdoc=" in page and "superb" in page, page[:500]
    assert "calig-text" in component and "superb" in component, component[:500]
    return "two cells show an explanation"


def scale() -> str:
    """The query, on a run over 30 rows."""
    import duckdb

    (query,) = blocks("scale", "sql")
    with tempfile.TemporaryDirectory() as place:
        rows = [{"id": f"n{i}", "text": f"Film number {i} is {['good', 'dull'][i % 2]}."} for i in range(20)]
        pathlib.Path(place, "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
        command = ["calig", "explain", "--input", "in.jsonl", "--out", "run/", "--format", "parquet", "--effort", "instant", "--quiet"]
        subprocess.run(command, cwd=place, check=True)
        os.chdir(place)
        found = duckdb.sql(query).fetchall()
        os.chdir(ROOT)
    assert [word for word, _ in found] == ["Film", "number", "17", "is", "dull", "."], found
    assert all(isinstance(evidence, float) for _, evidence in found), found
    return f"{len(found)} words with their evidence"


def tokenizers() -> str:
    """The command, in the folder of a model that has no tokenizer.json; calig reads what it writes."""
    (command,) = blocks("tokenizers", "sh")
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "packages/model-sst2", place, dirs_exist_ok=True, ignore=lambda *_: ["dist", "node_modules"])
        tokenizer = pathlib.Path(place, "tokenizer.json")
        words = json.loads(tokenizer.read_text())["model"]["vocab"]
        pathlib.Path(place, "vocab.txt").write_text("\n".join(sorted(words, key=words.get)))
        tokenizer.unlink()
        subprocess.run(command, shell=True, cwd=place, check=True)
        assert tokenizer.exists(), "the command wrote no tokenizer.json"
        explain = ["calig", "explain", "A gripping film", "--model", place, "--format", "json", "--effort", "instant"]
        explanation = json.loads(subprocess.run(explain, check=True, capture_output=True, text=True).stdout)
        assert explanation["target"]["label"] == "positive", explanation["target"]
    return "calig reads the tokenizer.json that it writes"


CHECKS = {check.__name__: check for check in (notebooks, scale, tokenizers)}

if __name__ == "__main__":
    for name in sys.argv[1:] or CHECKS:
        print(f"docs/{name}.md: {CHECKS[name]()}")
