"""The same questions to polars and pandas on the same Parquet file: prints one JSON object. Usage: peers.py FILE ROUNDS FIRST LAST

FIRST and LAST are the places in the walk of the ontology between which the wanted region lies.
"""
import json
import resource
import statistics
import sys
import time

FILE, ROUNDS, FIRST, LAST = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
MEASURED = ["firingRate", "spikeCount", "distanceFromTipUm"]


def times(work, rounds=ROUNDS):
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = work()
        found.append((time.perf_counter() - start) * 1000)
    return {"median": statistics.median(found), "min": min(found)}, result


def with_polars():
    import polars as pl

    wanted = (pl.col("kind") == "unit") & pl.col("regionOrder").is_between(FIRST, LAST)
    cold, rows = times(lambda: pl.scan_parquet(FILE).filter(wanted).collect())
    units = pl.scan_parquet(FILE).filter(pl.col("kind") == "unit").collect()
    warm, again = times(lambda: units.filter(pl.col("regionOrder").is_between(FIRST, LAST)))
    assert len(rows) == len(again)
    groups, found = times(
        lambda: units.group_by(["dataset", "region"]).agg([pl.col(name).median() for name in MEASURED])
    )
    total = found.filter(pl.col("region").is_not_null())["firingRate"].sum()
    return {"version": pl.__version__, "cold": cold, "warm": warm, "groupBy": groups,
            "rows": len(rows), "columns": len(rows.columns), "groups": len(found), "check": total}


def with_pandas():
    import pandas as pd

    def read():
        rows = pd.read_parquet(FILE, filters=[("kind", "==", "unit"), ("regionOrder", ">=", FIRST), ("regionOrder", "<=", LAST)])
        return rows

    cold, rows = times(read, max(3, ROUNDS // 3))
    units = pd.read_parquet(FILE, filters=[("kind", "==", "unit")])
    warm, again = times(lambda: units[(units["regionOrder"] >= FIRST) & (units["regionOrder"] <= LAST)])
    assert len(rows) == len(again)
    groups, found = times(lambda: units.groupby(["dataset", "region"], dropna=False)[MEASURED].median(), max(3, ROUNDS // 3))
    known = found[[region is not None and region == region for region in found.index.get_level_values("region")]]
    return {"version": pd.__version__, "cold": cold, "warm": warm, "groupBy": groups,
            "rows": len(rows), "columns": len(rows.columns), "groups": len(found), "check": float(known["firingRate"].sum())}


which = sys.argv[5]
result = {"polars": with_polars, "pandas": with_pandas}[which]()
result["peakMB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(result))
