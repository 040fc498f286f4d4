"""Explains the Parquet files of a folder with Spark: spark-submit spark.py data/ explained/"""

import subprocess, sys, tempfile
import pandas
from pyspark.sql import SparkSession

COLUMNS = "id string, target string, score double, words array<string>, attribution array<float>, error string"

def explain(batches):
    for batch in batches:
        with tempfile.TemporaryDirectory() as place:
            batch.to_parquet(f"{place}/in.parquet")
            subprocess.run(["calig", "explain", "--input", f"{place}/in.parquet", "--text-column", "review", "--id-column", "id",
                            "--out", f"{place}/run", "--format", "parquet", "--threads", "1", "--quiet"])
            rows = pandas.read_parquet(f"{place}/run/shards").astype(object)
            yield rows[[column.split()[0] for column in COLUMNS.split(", ")]]

spark = SparkSession.builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 1000).getOrCreate()
spark.read.parquet(sys.argv[1]).mapInPandas(explain, COLUMNS).write.parquet(sys.argv[2])
