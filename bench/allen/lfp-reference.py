"""Answers windows of an LFP file with h5py: a line of JSON {"samples": [a, b]} in, one of figures out."""

import json
import resource
import sys
import time

import h5py

with h5py.File(sys.argv[1], "r") as f:
    series = f["acquisition/probe_1_lfp/probe_1_lfp_data"]
    data, times = series["data"], series["timestamps"]
    for line in sys.stdin:
        a, b = json.loads(line)["samples"]
        wall, cpu = time.perf_counter(), time.process_time()
        values, seconds = data[a:b], times[a:b]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        probe = [float(values[0, 0]), float(values[-1, -1]), float(seconds[0]), float(seconds[-1])]
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"wall": wall * 1e3, "cpu": cpu * 1e3, "probe": probe, "rss": rss}), flush=True)
