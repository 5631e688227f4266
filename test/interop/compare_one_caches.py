"""Opens two ONE caches without a network and says, as JSON, what ONE makes of each.

    python compare_one_caches.py <cache> <cache> <eid>

For each cache: the session's record, the list of files, the types of the tables, and for every file a digest of what ONE loads (values and
types, not bytes). Warnings of ONE count: a size or hash that does not fit is one.
"""

import hashlib
import json
import logging
import sys
import uuid
import warnings

import numpy as np
import pandas as pd
from one.api import One


class Heard(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


def digest(value):
    """A digest of loaded values that does not depend on how they are stored."""
    if isinstance(value, pd.DataFrame):
        parts = [f'{name}:{value[name].dtype}:{digest(value[name].to_numpy())}' for name in value.columns]
        return hashlib.sha1('\n'.join(parts).encode()).hexdigest()
    if isinstance(value, np.ndarray) and value.dtype != object:
        return hashlib.sha1(f'{value.dtype}{value.shape}'.encode() + np.ascontiguousarray(value).tobytes()).hexdigest()
    return hashlib.sha1(repr(value.tolist() if isinstance(value, np.ndarray) else value).encode()).hexdigest()


def describe(cache, eid):
    heard = Heard()
    logging.getLogger('one').addHandler(heard)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        one = One(cache_dir=cache, mode='local')
        tables = {}
        for name in ('sessions', 'datasets'):
            table = one._cache[name]
            tables[name] = {
                'index': [f'{level}:{type(table.index.get_level_values(i)[0]).__name__}' for i, level in enumerate(table.index.names)],
                'columns': {column: str(kind) for column, kind in table.dtypes.items()},
            }
        qc = one._cache['datasets']['qc'].dtype
        tables['qc'] = [list(qc.categories), bool(qc.ordered)]
        session = one._cache['sessions'].loc[uuid.UUID(eid)]
        found = {
            'search': [str(each) for each in one.search(subject=session['subject'])],
            'session': {key: str(value) for key, value in session.items()},
            'dateType': type(session['date']).__name__,
            'default': one.list_datasets(eid),
            'passing': one.list_datasets(eid, qc='PASS'),
            'collections': one.list_collections(eid),
            'revisions': one.list_revisions(eid),
            'tables': tables,
            'loaded': {},
        }
        for path in found['default']:
            found['loaded'][path] = digest(one.load_dataset(eid, path))
        found['trials'] = {key: digest(value) for key, value in one.load_object(eid, 'trials', collection='alf').items()}
        found['warnings'] = heard.texts + [str(each.message) for each in caught if issubclass(each.category, (UserWarning, RuntimeWarning))]
    logging.getLogger('one').removeHandler(heard)
    return found


if __name__ == '__main__':
    first, second, eid = sys.argv[1:]
    json.dump([describe(first, eid), describe(second, eid)], sys.stdout)
