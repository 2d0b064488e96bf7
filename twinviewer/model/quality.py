"""Quality of a sample, from the OPC UA StatusCode (OPC UA Part 4, 7.39) and from its age."""

from enum import IntEnum

import numpy as np

STATUS_GOOD = 0x00000000
STATUS_UNCERTAIN_LAST_USABLE = 0x40900000  # UncertainLastUsableValue
STATUS_BAD_NO_COMMUNICATION = 0x80310000  # BadNoCommunication
STATUS_BAD_WAITING = 0x80320000  # BadWaitingForInitialData
STATUS_BAD_SENSOR_FAILURE = 0x808C0000  # BadSensorFailure


class Quality(IntEnum):
    """Ordered from best to worst, so that the worst of several is their maximum."""

    GOOD = 0
    UNCERTAIN = 1
    STALE = 2
    BAD = 3
    UNKNOWN = 4


def quality_of(status: np.ndarray, received_ns: np.ndarray) -> np.ndarray:
    """Quality from StatusCodes alone, without staleness.

    `status` is uint32 (n,), `received_ns` int64 (n,), 0 where nothing ever came. Returns uint8 (n,).
    """
    severity = (status >> np.uint32(30)).astype(np.uint8)
    quality = np.where(severity == 0, Quality.GOOD, np.where(severity == 1, Quality.UNCERTAIN, Quality.BAD))
    return np.where(received_ns == 0, Quality.UNKNOWN, quality).astype(np.uint8)
