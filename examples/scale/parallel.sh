#!/bin/sh
# Explains the Parquet files of a folder with GNU parallel, each in a run of its own: sh parallel.sh data explained
ls "$1"/*.parquet | parallel --jobs 2 \
  'calig explain --input {} --text-column review --id-column id --out '"$2"'/{/.} --format parquet --threads 1 --quiet'
