"""Prints the Arrow schema message that `src/remote/datasets-arrow-schema.ts` holds, in base64.

    python datasets_arrow_schema.py        (ONE-api 3.6.1, pandas 3.1.1, pyarrow 26.0.1)

It says how pandas is to see the columns of `datasets.pqt`: the index, sizes that may be absent, verdicts in their order.
"""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from one.alf.cache import EMPTY_DATASETS_FRAME

frame = EMPTY_DATASETS_FRAME.assign(default_revision=pd.Series([], dtype=bool))
metadata = pa.Table.from_pandas(frame).schema.metadata
kinds = {'file_size': pa.uint64(), 'exists': pa.bool_(), 'default_revision': pa.bool_(), 'qc': pa.dictionary(pa.int8(), pa.string(), ordered=True)}
names = [*frame.columns, *frame.index.names]
one = '{"date_created":"2000-01-01 00:00","origin":"crossprobe"}'
schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names]).with_metadata({'one_metadata': one, **metadata})
file = io.BytesIO()
pq.write_table(schema.empty_table(), file)
print(pq.ParquetFile(io.BytesIO(file.getvalue())).metadata.metadata[b'ARROW:schema'].decode())
