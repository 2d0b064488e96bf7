"""Samples in bulk: what a feed delivers and a recorder keeps."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class SampleBatch:
    """n samples as columns, in the order in which they came.

    `slot` int32 (n,) is the tag index, `value` float64 (n,) (NaN for text), `status` uint32 (n,) the OPC UA
    StatusCode, `source_ns` and `server_ns` int64 (n,) UTC nanoseconds (0 where the server gave none),
    `received_ns` when it arrived here. `text` maps a row to its text for values that are not numbers; `arrays` a row
    to its values, float (k,), for waveforms.
    """

    slot: np.ndarray
    value: np.ndarray
    status: np.ndarray
    source_ns: np.ndarray
    server_ns: np.ndarray
    received_ns: int
    text: dict[int, str] = field(default_factory=dict)
    arrays: dict[int, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.slot)
