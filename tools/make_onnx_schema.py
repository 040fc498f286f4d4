"""The messages of ONNX files as TypeScript: onnx-proto.ts of the folder that reads and writes them.

The description is the one that the onnx package itself reads files with; protoc-gen-es, the generator of
@bufbuild/protobuf, writes the code (fetched by npx, it is no dependency of calig). Then `npm run format`.

Run:  python tools/make_onnx_schema.py --out packages/core/src/onnx/onnx-proto.ts
"""

import argparse
import pathlib
import re
import subprocess

import onnx
from google.protobuf import descriptor_pb2
from google.protobuf.compiler import plugin_pb2
from onnx import onnx_ml_pb2

GENERATOR = "@bufbuild/protoc-gen-es@2.17.0"


def json_name(name):
    """The name that protoc would give: without it the generator notes in every comment that it is missing."""
    return re.sub(r"_(.)", lambda match: match.group(1).upper(), name)


def with_json_names(message):
    for field in message.field:
        field.json_name = json_name(field.name)
    for nested in message.nested_type:
        with_json_names(nested)


def generate():
    file = descriptor_pb2.FileDescriptorProto.FromString(onnx_ml_pb2.DESCRIPTOR.serialized_pb)
    # The generator names the constant of the description after the file.
    file.name = "onnx.proto"
    for message in file.message_type:
        with_json_names(message)
    request = plugin_pb2.CodeGeneratorRequest(
        file_to_generate=[file.name], parameter="target=ts,import_extension=none", proto_file=[file]
    )
    answer = subprocess.run(
        ["npx", "--yes", GENERATOR], input=request.SerializeToString(), stdout=subprocess.PIPE, check=True
    )
    response = plugin_pb2.CodeGeneratorResponse.FromString(answer.stdout)
    if response.error:
        raise SystemExit(response.error)
    [made] = response.file
    return made.content


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    header = (
        "/** @file The messages of ONNX files, generated: "
        f"`tools/make_onnx_schema.py` with onnx {onnx.__version__}. */\n\n"
    )
    out.write_text(header + generate(), encoding="utf-8")


if __name__ == "__main__":
    main()
