"""Explains the Parquet files of a folder with Ray Data: python ray_data.py data/ explained/"""

import subprocess, sys, tempfile
import pyarrow.parquet as parquet, ray

def explain(batch):
    with tempfile.TemporaryDirectory() as place:
        parquet.write_table(batch, f"{place}/in.parquet")
        subprocess.run(["calig", "explain", "--input", f"{place}/in.parquet", "--text-column", "review", "--id-column", "id",
                        "--out", f"{place}/run", "--format", "parquet", "--threads", "1", "--quiet"])
        return parquet.read_table(f"{place}/run/shards")  # no shards, no table: what calig said is in the log

rows = ray.data.read_parquet(sys.argv[1])
rows.map_batches(explain, batch_format="pyarrow", batch_size=1000, num_cpus=1).write_parquet(sys.argv[2])
