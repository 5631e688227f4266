"""Prints what pyarrow, pandas, polars and DuckDB read from a Parquet file, and what they find with filters that statistics serve, as JSON."""

import json
import struct
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

path, filters = sys.argv[1], json.loads(sys.argv[2])


def plain(value):
    """Numbers by their bits, integers as texts: JSON has neither infinite numbers nor large ones."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"int {value}"
    return f"float {struct.pack('>d', value).hex()}"


def table(columns):
    return {name: [plain(value) for value in values] for name, values in columns.items()}


def of_pandas(column):
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna())]


connection = duckdb.connect()
relation = connection.execute(f"SELECT * FROM '{path}'")
names = [each[0] for each in relation.description]
rows = relation.fetchall()
frame = pd.read_parquet(path, dtype_backend="numpy_nullable")
columns = {
    "pyarrow": pq.ParquetFile(path, page_checksum_verification=True).read().to_pydict(),
    "pandas": {name: of_pandas(frame[name]) for name in frame.columns},
    "polars": pl.read_parquet(path).to_dict(as_series=False),
    "duckdb": {name: [row[i] for row in rows] for i, name in enumerate(names)},
}
counts = {}
for name, value in filters:
    quoted = '"' + name + '"'
    counts[name] = {
        "pyarrow": pq.read_table(path, filters=[(name, ">=", value)]).num_rows,
        "pandas": len(pd.read_parquet(path, filters=[(name, ">=", value)])),
        "polars": pl.scan_parquet(path).filter(pl.col(name) >= value).collect().height,
        "duckdb": connection.execute(f"SELECT count(*) FROM '{path}' WHERE {quoted} >= ?", [value]).fetchone()[0],
    }
categories = pq.read_table(path, read_dictionary=["few"]).column("few").chunk(0).dictionary.to_pylist()
metadata = {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}
versions = {"pyarrow": pa.__version__, "pandas": pd.__version__, "polars": pl.__version__, "duckdb": duckdb.__version__}
answer = {"columns": {name: table(each) for name, each in columns.items()}, "counts": counts}
print(json.dumps({**answer, "categories": categories, "metadata": metadata, "versions": versions}))
