"""Windows of one file:  python remote-reference.py <nwb|lfpack> <local|fsspec|remfile> <path or URL>

Prints {} when everything is imported; a line of JSON {"samples": [a, b]} in, one of {"ms", "probe"} out. The first one opens the file.
Libraries as their documentation opens a file, with their own block sizes and caches.
"""

import json
import sys
import time

import fsspec
import h5py
import remfile
from lfpack import LFPackReader

kind, library, target = sys.argv[1:]
fsspec.filesystem("http" if "://" in target else "file")


def file_like():
    if library == "fsspec":
        return fsspec.open(target, "rb").open()
    return remfile.File(target) if library == "remfile" else target


def open_nwb():
    series = h5py.File(file_like(), "r")["acquisition/probe_1_lfp/probe_1_lfp_data"]
    data, times = series["data"], series["timestamps"]

    def read(a, b):
        times[a:b]
        return data[a:b]

    return read


def open_lfpack():
    source = file_like()
    with h5py.File(source, "r") as f:
        last = sorted(f.keys())[-1]
    reader = LFPackReader(source, last)
    reader.open()
    return lambda a, b: reader[a:b]


print("{}", flush=True)
read = None
for line in sys.stdin:
    a, b = json.loads(line)["samples"]
    start = time.perf_counter()
    read = read or {"nwb": open_nwb, "lfpack": open_lfpack}[kind]()
    values = read(a, b)
    ms = (time.perf_counter() - start) * 1000
    probe = [float(values[0, 0]), float(values[0, 1]), float(values[-1, -1])]
    print(json.dumps({"ms": ms, "probe": probe}), flush=True)
