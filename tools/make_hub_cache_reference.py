"""The tree that huggingface_hub writes when it downloads from the hub of the tests: test/golden/hub-cache.json.

Starts `test/support/hub-server.ts` with the files of the tiny model, downloads all of it, and lists the cache.

Usage: python tools/make_hub_cache_reference.py
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "some-one/some-model"
SERVER = """
import { serveHub } from "./test/support/hub-server.ts";
import { tinyBertFiles } from "./test/support/tiny-bert.ts";
const files = { ...tinyBertFiles(), "README.md": "a card", "onnx/model.onnx": "not asked for", "pytorch_model.bin": "no" };
const hub = await serveHub({ "some-one/some-model": { files } });
console.log(hub.url);
process.stdin.on("end", () => hub.close());
process.stdin.resume();
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(
        "w", suffix=".ts", dir=ROOT, delete=False
    ) as script:
        script.write(SERVER)
        script.close()
        server = subprocess.Popen(
            ["npx", "tsx", "-C", "calig-source", script.name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            os.environ["HF_ENDPOINT"] = server.stdout.readline().strip()
            os.environ["HF_HOME"] = folder
            import huggingface_hub

            for file in huggingface_hub.model_info(NAME).siblings:
                huggingface_hub.hf_hub_download(NAME, file.rfilename)
        finally:
            server.stdin.close()
            server.wait()
            os.unlink(script.name)
        model = Path(folder, "hub", "models--" + NAME.replace("/", "--"))
        tree = sorted(
            f"{path.relative_to(model).as_posix()} -> {os.readlink(path)}" if path.is_symlink()
            else path.relative_to(model).as_posix()
            for path in model.rglob("*") if path.is_symlink() or path.is_file()
        )  # fmt: skip
    reference = {"by": f"tools/make_hub_cache_reference.py, huggingface_hub {huggingface_hub.__version__}", "tree": tree}
    (ROOT / "test/golden/hub-cache.json").write_text(json.dumps(reference, indent=2) + "\n")


if __name__ == "__main__":
    main()
