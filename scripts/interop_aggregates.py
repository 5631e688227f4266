"""Reads units.parquet and spikes.h5 of `crossprobe aggregate` on the samples, compares them with the samples' own files, and adds masks."""

import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

samples, folder = Path(sys.argv[1]), Path(sys.argv[2])
units = pd.read_parquet(folder / "units.parquet")
assert units.key.is_unique
checked = 0
with h5py.File(folder / "spikes.h5", "r") as file:
    assert set(file) == set(units.key)
    for key, stored in zip(units.key, units.storedSpikes):
        times = file[key]["times"]
        assert times.dtype == np.float64 and times.shape == (stored,)
        assert np.all(np.diff(times[:]) >= 0)
    # The sample session of IBL: its own arrays.
    for path in samples.glob("ibl/examplelab/Subjects/*/*/*/alf/probe*/**/spikes.times.npy"):
        times, clusters, amps = (np.load(path.parent / f"spikes.{name}.npy") for name in ("times", "clusters", "amps"))
        uuids = pd.read_csv(path.parent / "clusters.uuids.csv").iloc[:, 0]
        for cluster, uuid in enumerate(uuids):
            own = clusters == cluster
            assert np.array_equal(file[uuid]["times"][:], times[own])
            assert np.allclose(file[uuid]["amplitudes"][:], amps[own])
            row = units[units.key == uuid].iloc[0]
            assert row.ref.endswith(f"/{cluster}") and row.probeLabel in str(path)
            checked += 1
with h5py.File(folder / "spikes.h5", "a") as file:
    for key in file:
        file[key].create_dataset("duplicates", data=np.arange(len(file[key]["times"])) % 10 == 9)
print(f"h5py {h5py.__version__}, pandas {pd.__version__}: {len(units)} units, {checked} held to their own files")
assert checked > 0
