"""The same jobs in Python, on the same file: h5py for what it reads, AllenSDK's own function for the counts.

    python reference.py '{"path": ..., "job": ..., "form": ...}'

The file is not written by pynwb and AllenSDK cannot open it; its function for counts takes spike times and bin edges.
"""
import json
import resource
import sys
import time

import h5py
import numpy as np

UNITS, PRESENTATIONS = 300, 6000
request = json.loads(sys.argv[1])


def read_units():
    start = time.perf_counter()
    with h5py.File(request["path"], "r") as file:
        units = file["units"]
        columns = {name: units[name][:] for name in units if units[name].shape == (request["form"]["units"],)}
        electrodes = file["general/extracellular_ephys/electrodes"]
        channels = {name: electrodes[name][:] for name in electrodes}
    return {"total": time.perf_counter() - start}, len(columns["id"]) if channels else 0


def read_spikes():
    row = request["form"]["units"] >> 1
    with h5py.File(request["path"], "r") as file:
        start = time.perf_counter()
        index = file["units/spike_times_index"][:]
        times = file["units/spike_times"][index[row - 1]:index[row]]
        taken = time.perf_counter() - start
    start = time.perf_counter()
    with h5py.File(request["path"], "r") as file:
        index = file["units/spike_times_index"][:]
        again = file["units/spike_times"][index[row - 1]:index[row]]
    return {"total": taken, "with opening": time.perf_counter() - start}, [len(times), len(again), float(times[-1])]


def read_presentations():
    start = time.perf_counter()
    count = 0
    with h5py.File(request["path"], "r") as file:
        for name, table in file["intervals"].items():
            columns = {c: table[c][:] for c in table if not c.startswith("tags")}
            count += len(columns["id"])
    return {"total": time.perf_counter() - start}, count


def count_spikes():
    from allensdk.brain_observatory.ecephys.ecephys_session import build_spike_histogram

    bins = 1 if request["job"] == "counts-1" else 25
    with h5py.File(request["path"], "r") as file:
        start = time.perf_counter()
        ends = file["units/spike_times_index"][:]
        first_units = [int(i) for i in file["units/id"][:UNITS]]
        spikes = {u: file["units/spike_times"][(ends[i - 1] if i else 0):ends[i]] for i, u in enumerate(first_units)}
        reading = time.perf_counter() - start
        onsets = np.sort(np.concatenate([file["intervals/%s_presentations/start_time" % name][:]
                                         for name in ("natural_scenes", "static_gratings")]))[:PRESENTATIONS]
    edges = onsets[:, None] + np.linspace(0, 0.25, bins + 1)[None, :]
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        counts = build_spike_histogram(edges, spikes, first_units, dtype=np.uint16)
        taken.append(time.perf_counter() - start)
    return {"total": taken[0], "again": sorted(taken[1:])[0], "reading the spikes": reading}, int(counts.sum())


JOBS = {"units": read_units, "spikes": read_spikes, "presentations": read_presentations,
        "counts-1": count_spikes, "counts-25": count_spikes}
parts, answer = JOBS[request["job"]]()
print(json.dumps({"parts": {name: 1000 * seconds for name, seconds in parts.items()}, "answer": answer,
                  "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
