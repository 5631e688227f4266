"""Writes an LFP file of the form of the Allen release, of any length.

    python lfp-file.py <path> <samples> <channels> <chunk rows> <chunk columns>

Values lie on the 0.195 uV grid of the recordings: a walk of several hertz and noise, so that gzip 9 leaves about half of them, as in
released files. A hundred different chunks are compressed and laid down in turn: what is written is of full size, at the speed of the disk.
Timestamps drift from the nominal rate and have one gap of two seconds.
"""

import sys
import zlib

import h5py
import numpy as np

VOLTS_PER_BIT = 0.195e-6
RATE = 1249.998642
DISTINCT = 100


def chunk_values(rng, rows, columns):
    """[rows, columns] float32 volts."""
    t = np.arange(rows)[:, None] / RATE
    slow = sum(
        rng.uniform(100, 400) * np.sin(2 * np.pi * (rng.uniform(1, 30) * t + rng.uniform())) for _ in range(6)
    )
    bits = np.round(slow + rng.normal(0, 60, (rows, columns)))
    return (bits * VOLTS_PER_BIT).astype("<f4")


def write(path, samples, channels, chunk):
    rng = np.random.default_rng(1)
    probe = 1
    with h5py.File(path, "w", libver=("earliest", "v108")) as f:
        f.attrs.update({"namespace": "core", "neurodata_type": "NWBFile", "nwb_version": "2.2.2"})
        f["identifier"] = str(probe)
        f["session_description"] = "LFP data and associated channel info for a single Ecephys probe"
        f["session_start_time"] = "2019-01-19T00:54:18-08:00"
        electrodes = f.create_group("general/extracellular_ephys/electrodes")
        electrodes.attrs.update({"neurodata_type": "DynamicTable", "namespace": "hdmf-common", "description": "electrodes"})
        electrodes.attrs["colnames"] = np.array(
            ["local_index", "probe_vertical_position", "probe_horizontal_position"], dtype=h5py.string_dtype()
        )
        local = np.arange(channels) * 4 + 2
        electrodes["id"] = 850000000 + 2 * local
        electrodes["local_index"] = local
        electrodes["probe_vertical_position"] = 20 * (local // 2 + 1)
        electrodes["probe_horizontal_position"] = np.array([43, 11, 59, 27])[local % 4]
        series = f.create_group(f"acquisition/probe_{probe}_lfp/probe_{probe}_lfp_data")
        series.parent.attrs.update({"neurodata_type": "LFP", "namespace": "core"})
        series.attrs.update({"neurodata_type": "ElectricalSeries", "namespace": "core"})
        region = series.create_dataset("electrodes", data=np.arange(channels))
        region.attrs.update({"neurodata_type": "DynamicTableRegion", "table": electrodes.ref})
        data = series.create_dataset(
            "data", (samples, channels), "<f4", chunks=tuple(chunk), compression="gzip", compression_opts=9
        )
        data.attrs.update({"unit": "volts", "conversion": 1.0, "resolution": -1.0})
        pool = [zlib.compress(chunk_values(rng, *chunk).tobytes(), 9) for _ in range(DISTINCT)]
        n = 0
        for row in range(0, samples, chunk[0]):
            for column in range(0, channels, chunk[1]):
                data.id.write_direct_chunk((row, column), pool[n % DISTINCT])
                n += 1
        times = series.create_dataset(
            "timestamps", (samples,), "<f8", chunks=(min(11802, samples),), compression="gzip", compression_opts=4
        )
        times.attrs.update({"unit": "seconds", "interval": 1})
        block = 11802 * 64
        for start in range(0, samples, block):
            i = np.arange(start, min(samples, start + block))
            times[start : start + len(i)] = 13.58 + i / RATE + 2.0 * (i >= samples // 2)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), [int(sys.argv[4]), int(sys.argv[5])])
