"""Prints what pyarrow, pandas, polars and DuckDB find in a catalogue file, as JSON."""

import json
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

path = sys.argv[1]


def answer(kinds, ca1, median):
    return {"kinds": {f"{kind} {dataset}": count for kind, dataset, count in kinds}, "ca1": sorted(ca1), "median": median}


table = pq.ParquetFile(path, page_checksum_verification=True).read()
arrow = table.group_by(["kind", "dataset"]).aggregate([("kind", "count")]).to_pylist()
rows = table.select(["kind", "region", "unit_id", "firingRate"]).to_pylist()
units = [row for row in rows if row["kind"] == "unit" and row["region"] == "CA1"]
rates = sorted(row["firingRate"] for row in units if row["firingRate"] is not None)
middle = len(rates) // 2
median = rates[middle] if len(rates) % 2 else (rates[middle - 1] + rates[middle]) / 2

frame = pd.read_parquet(path, filters=[("kind", "==", "unit"), ("region", "==", "CA1")])
counted = pd.read_parquet(path, columns=["kind", "dataset"]).value_counts()

lazy = pl.scan_parquet(path)
ca1 = lazy.filter((pl.col("kind") == "unit") & (pl.col("region") == "CA1")).collect()
kinds = lazy.group_by("kind", "dataset").len().collect()

connection = duckdb.connect()
where = f"FROM '{path}' WHERE kind = 'unit' AND region = 'CA1'"
print(
    json.dumps(
        {
            "pyarrow": answer([(a["kind"], a["dataset"], a["kind_count"]) for a in arrow], [u["unit_id"] for u in units], median),
            "pandas": answer([(*key, int(n)) for key, n in counted.items()], frame["unit_id"].tolist(), frame["firingRate"].median()),
            "polars": answer(kinds.rows(), ca1["unit_id"].to_list(), ca1["firingRate"].median()),
            "duckdb": answer(
                connection.execute(f"SELECT kind, dataset, count(*) FROM '{path}' GROUP BY ALL").fetchall(),
                [row[0] for row in connection.execute(f"SELECT unit_id {where}").fetchall()],
                connection.execute(f"SELECT median(firingRate) {where}").fetchone()[0],
            ),
        }
    )
)
