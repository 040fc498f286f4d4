"""Runs the Python blocks of docs/notebooks.md in a kernel and writes what they show to a page.

    pip install ipykernel nbclient
    python tools/run_notebook.py OUT.html

The command `npx calig` must work in the folder of the repository (npm ci).
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs/notebooks.md").read_text(encoding="utf-8"), re.S)


def main(out):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(block) for block in BLOCKS])
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(ROOT)}}).execute()
    shown = []
    for cell in notebook.cells:
        outputs = [output for output in cell.outputs if output.output_type == "execute_result"]
        assert len(outputs) == 1, cell.outputs
        (output,) = outputs
        assert output.data["text/html"].startswith('<div><iframe srcdoc="'), output.data["text/html"][:80]
        print(f"{len(output.data['text/html']):,} characters")
        shown.append(output.data["text/html"])
    Path(out).write_text("<!doctype html><meta charset=utf-8>" + "\n".join(shown), encoding="utf-8")


main(*sys.argv[1:])
