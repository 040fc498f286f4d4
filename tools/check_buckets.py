"""Runs in S3 against moto, a server that others wrote: a run, going on with a lost shard, a second command, nothing written twice.

    python3 tools/check_buckets.py

Needs calig on the path, and moto[server] (with boto3).
"""

import os
import socket
import subprocess
import sys
import tempfile
import time


def main() -> None:
    import boto3

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    os.environ.update(AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="us-east-1")
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
        for _ in range(100):
            try:
                s3.create_bucket(Bucket="data")
                break
            except Exception:
                time.sleep(0.5)
        lines = "".join(f'{{"id": "n{i}", "text": "Film {i}."}}\n' for i in range(12))
        s3.put_object(Bucket="data", Key="in/a.jsonl", Body=lines)
        command = ["calig", "explain", "--input", "s3://data/in/*.jsonl", "--out", "s3://data/run/", "--shard-rows", "4", "--method", "random"]
        objects = lambda: {entry["Key"]: entry["ETag"] for entry in s3.list_objects_v2(Bucket="data", Prefix="run/")["Contents"]}
        with tempfile.TemporaryDirectory() as place:
            first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": place})
            second = subprocess.run(command, stderr=subprocess.PIPE, text=True)
            first.wait()
            print("two at once:", sorted([first.returncode, second.returncode]))
        before = objects()
        shards = [key for key in before if key.endswith(".parquet")]
        assert len(shards) == 3, before
        assert ".lock.json" not in "".join(before), before
        lost = before.pop(shards[1])
        s3.delete_object(Bucket="data", Key=shards[1])
        subprocess.run(command, check=True)
        after = objects()
        assert lost is not None and set(after) == {*before, shards[1]}, after
        assert all(after[key] == before[key] for key in shards if key in before), "a shard was written again"
        try:
            s3.put_object(Bucket="data", Key=shards[0], Body=b"", IfNoneMatch="*")
            raise AssertionError("this server does not know If-None-Match")
        except s3.exceptions.ClientError as refusal:
            print("If-None-Match:", refusal.response["Error"]["Code"])
        print("the same shards, the lost one anew")
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
