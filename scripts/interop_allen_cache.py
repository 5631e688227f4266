"""Opens a project cache and the one that was written from its tables with AllenSDK, and compares what it returns: with each other and with ours.

python interop_allen_cache.py SOURCE WRITTEN OURS SESSION_TYPE...
"""

import functools
import logging
import shutil
import socket
import sys
import tempfile
import warnings
from pathlib import Path

import pandas as pd

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
socket.socket.connect = lambda *_: (_ for _ in ()).throw(OSError("no network here"))

# pandas' own reader of floats is off by one unit in the last place for long decimals; AllenSDK uses it as it is.
pd.read_csv = functools.partial(pd.read_csv, float_precision="round_trip")

from allensdk import __version__
from allensdk.brain_observatory.ecephys.ecephys_project_cache import EcephysProjectCache
from pandas.testing import assert_frame_equal

source, written, ours, *types = sys.argv[1:]


def opened(folder):
    """A copy, because AllenSDK deletes files that it cannot read."""
    copy = Path(tempfile.mkdtemp()) / "cache"
    copy.mkdir()
    for path in Path(folder).iterdir():
        if path.is_file():
            shutil.copyfile(path, copy / path.name)
    return EcephysProjectCache.from_warehouse(manifest=str(copy / "manifest.json"), fetch_tries=1)


def tables(cache):
    yield "sessions", cache.get_session_table()
    yield "probes", cache.get_probes()
    yield "channels", cache.get_channels()
    yield "units", cache.get_units()
    for session_type in types:
        yield session_type, cache.get_unit_analysis_metrics_by_session_type(session_type)


def flat(frame):
    """Lists of labels in cells as one text; missing texts as one kind of nothing."""
    frame = frame.copy()
    for name in frame.columns:
        if frame[name].dtype == object:
            frame[name] = [
                " ".join("-" if label != label else label for label in value) if hasattr(value, "tolist") else value
                for value in frame[name]
            ]
            frame[name] = frame[name].where(frame[name].notna(), None)
    return frame


# The defaults are those that a cache without a manifest gets.
assert (Path(written) / "manifest.json").read_bytes() == Path(opened(tempfile.mkdtemp()).manifest_path).read_bytes()
for (name, left), (_, right) in zip(tables(opened(source)), tables(opened(written))):
    assert_frame_equal(flat(left), flat(right), check_exact=True)
    index = "ecephys_unit_id" if name in types else "id"
    mine = flat(pd.read_csv(Path(ours) / f"{name}.csv", index_col=index))
    theirs = flat(left)
    theirs.index.name = index
    assert_frame_equal(mine, theirs, check_exact=True)
    print(f"{name}: {left.shape[0]} rows of {left.shape[1]} columns are equal")
print(f"AllenSDK {__version__}, pandas {pd.__version__}")
