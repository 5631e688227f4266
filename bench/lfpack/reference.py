"""Measurements of lfpack's own reader: one job a line of stdin as JSON, one answer a line of stdout.

The same operations as ours.mjs, as a user of lfpack writes them with numpy and scipy. Threads are set by the environment.
"""

import json
import sys
import time

import numpy as np
import scipy.signal
from lfpack import LFPackReader
from lfpack._core import LFPCompressed, decompress

SOS = scipy.signal.butter(3, [4.0, 80.0], btype="bandpass", fs=250.0, output="sos")
PROBE_ROWS = [0, 777, 2047, 2048, 75_000, 149_999]


def region_means(x, reader):
    acronym = np.array(reader.channels_full["acronym"])
    return np.stack([x[:, acronym == region].mean(axis=1) for region in sorted(set(acronym))], axis=1)


def source_density(x, reader):
    """Second difference along each column of sites, which are four channels and 40 micrometres apart."""
    return -0.3 * (x[:, :-8] - 2 * x[:, 4:-4] + x[:, 8:]) / 40e-6**2


TEN_MINUTES = {
    "read": lambda reader: reader[0 : reader.ns],
    "whole": lambda reader: reader[0 : reader.ns],
    "bins": lambda reader: reader.read(slice(0, reader.ns), bin_channels=4)[0],
    "again": lambda reader: region_means(reader[0 : reader.ns], reader),
    "regions": lambda reader: region_means(reader[0 : reader.ns], reader),
    "bandpass": lambda reader: scipy.signal.sosfiltfilt(SOS, reader[0 : reader.ns], axis=0),
    "csd": lambda reader: source_density(reader[0 : reader.ns], reader),
}


class Times:
    """Milliseconds by the clock, and of processor time."""

    def __init__(self):
        self.ms, self.cpu = [], []

    def add(self, action, count=1):
        used, start = time.process_time(), time.perf_counter()
        value = action()
        self.ms.append((time.perf_counter() - start) * 1000 / count)
        self.cpu.append((time.process_time() - used) * 1000 / count)
        return value

    def answer(self, probe=None):
        return {"ms": self.ms, "cpu": self.cpu, "probe": probe}


def decode(job):
    """Chunks put together before the clock runs, their coefficients spread and, in format 2, their factors multiplied."""
    times = Times()
    with LFPackReader(job["path"], job["recording"]) as reader:
        chunks = [LFPCompressed(**reader._codec.chunk(i)) for i in range(1, 17)]
    decompress(chunks[0])
    for _ in range(job["repeats"]):
        times.add(lambda: [decompress(chunk) is None for chunk in chunks], len(chunks))
    return times.answer()


def read_chunks(job):
    times = Times()
    for _ in range(job["repeats"]):
        with LFPackReader(job["path"], job["recording"]) as reader:
            reader[0:2048]
            for chunk in range(1, 25):
                times.add(lambda: reader[2048 * chunk : 2048 * (chunk + 1)])
    return times.answer()


def ten_minutes(job):
    times, probe = Times(), []
    for _ in range(job["repeats"]):
        with LFPackReader(job["path"], job["recording"]) as reader:
            result = times.add(lambda: TEN_MINUTES[job["operation"]](reader))
        columns = result.shape[1]
        probe = [float(result[row, column]) for row in PROBE_ROWS for column in (0, columns // 2, columns - 1)]
        del result
    return times.answer(probe)


def listing(job):
    times = Times()
    names = times.add(lambda: LFPackReader.recordings(job["path"]))
    return times.answer([len(names)])


def facts(job):
    def every():
        total = 0
        for name in LFPackReader.recordings(job["path"]):
            with LFPackReader(job["path"], name) as reader:
                total += reader.ns
                (reader.nc, reader.fs, reader.t0, reader.rl, len(reader.saturation), "acronym" in reader.channels_full)
        return total

    times = Times()
    return times.answer([times.add(every)])


def window(job):
    def first():
        with LFPackReader(job["path"], job["recording"]) as reader:
            return reader[0:2500]

    times = Times()
    data = times.add(first)
    return times.answer([float(data[0, 0]), float(data[1000, 7]), float(data[2499, 383])])


OPERATIONS = {"decode": decode, "chunk": read_chunks, "list": listing, "facts": facts, "window": window}

if __name__ == "__main__":
    print(json.dumps({"numpy": np.__version__, "scipy": scipy.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(OPERATIONS.get(request["operation"], ten_minutes)(request)), flush=True)
