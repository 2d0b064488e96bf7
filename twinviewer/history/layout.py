"""How a recording lies in its folder: names of files, columns of tables, and the text that explains both."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pyarrow as pa

FORMAT = 1
NS = 1_000_000_000
MINUTE_NS, HOUR_NS, DAY_NS = 60 * NS, 3600 * NS, 86400 * NS
SLICE_ROWS = 524_288  # a slice of time is closed when it has this many samples, or at the full hour
GROUP_ROWS = 32_768  # rows of one Parquet row group, which holds whole tags of one slice
BEAT_TAG = -1  # a row that only says that the recorder lived
BEAT_NS = 5 * NS
GAP_NS = 3 * BEAT_NS  # longer without a row: nobody recorded

MANIFEST, README, TAGS, LOCK, NOTES = "manifest.json", "README.txt", "tags.csv", "recorder.lock", "notes.jsonl"
RETENTION = "retention.json"
LIVE, SAMPLES, MOMENTS, KEYFRAMES = "live", "samples", "moments", "keyframes"
MINUTES, STATES = "minutes", "states"
ALARMS, ACTIONS, LINKS = "alarms", "actions", "connection"
JOURNALS = (ALARMS, ACTIONS, LINKS)
PARTS = (
    MOMENTS,
    KEYFRAMES,
    MINUTES,
    STATES,
    SAMPLES,
)  # in the order in which a compacted hour appears: samples are last
RAW, COARSE = (SAMPLES, KEYFRAMES, MOMENTS), (MINUTES, STATES)  # deleted in this order; coarse ones are kept longer
FOLDERS = (LIVE, *PARTS, *JOURNALS)

_STAMP = pa.timestamp("ns", "UTC")
SAMPLE_SCHEMA = pa.schema(
    [
        ("time", _STAMP),
        ("tag", pa.int32()),
        ("value", pa.float64()),
        ("status", pa.uint32()),
        ("source", _STAMP),
        ("server", _STAMP),
        ("text", pa.string()),
    ]
)
# Compacted samples. Thousands of tags arrive at the same few moments: each sample names its moment, by a number that
# counts up within its slice, and says its timestamps only where they differ.
COMPACT_SCHEMA = pa.schema(
    [
        ("moment", pa.int64()),
        ("tag", pa.int32()),
        ("value", pa.float64()),
        ("status", pa.uint32()),
        ("source", _STAMP),
        ("server", _STAMP),
        ("text", pa.string()),
    ]
)
MOMENT_SCHEMA = pa.schema([("moment", pa.int64()), ("time", _STAMP), ("source", _STAMP)])
MOMENT_BITS = 24  # moment = number of the slice << 24, plus the moment's number in it
MINUTE_SCHEMA = pa.schema(
    [
        ("tag", pa.int32()),
        ("time", _STAMP),
        ("mean", pa.float64()),
        ("min", pa.float64()),
        ("max", pa.float64()),
        ("last", pa.float64()),
        ("count", pa.int32()),
        ("quality", pa.uint8()),
    ]
)
STATE_SCHEMA = pa.schema(
    [("tag", pa.int32()), ("time", _STAMP), ("value", pa.float64()), ("status", pa.uint32()), ("text", pa.string())]
)
_PART_NAME = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d)Z_(\d{10})-(\d{10})\.parquet$")
_LIVE_NAME = re.compile(r"^(\d{10})\.arrows$")
_DAY_NAME = re.compile(r"^(\d{4}-\d\d-\d\d)\.jsonl$")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One compacted hour, or a part of it: slices `first` to `last` of those that began in this hour."""

    hour_ns: int
    first: int
    last: int

    @property
    def name(self) -> str:
        """The file's name, the same in each of the folders of PARTS."""
        hour = datetime.fromtimestamp(self.hour_ns // NS, UTC).strftime("%Y-%m-%dT%H")
        return f"{hour}Z_{self.first:010d}-{self.last:010d}.parquet"


def part_of(path: str) -> Part | None:
    """What a file's name says, None for any other file."""
    match = _PART_NAME.match(PurePosixPath(path).name)
    if match is None:
        return None
    hour = datetime.strptime(match[1], "%Y-%m-%dT%H").replace(tzinfo=UTC)
    return Part(int(hour.timestamp()) * NS, int(match[2]), int(match[3]))


def live_name(number: int) -> str:
    """The stream file of one slice."""
    return f"{number:010d}.arrows"


def live_number(path: str) -> int | None:
    """The number of a slice from the name of its stream file, None for any other file."""
    match = _LIVE_NAME.match(PurePosixPath(path).name)
    return int(match[1]) if match else None


def day_name(time_ns: int) -> str:
    """The journal file of a day (UTC)."""
    return datetime.fromtimestamp(time_ns // NS, UTC).strftime("%Y-%m-%d.jsonl")


def day_ns(path: str) -> int | None:
    """The beginning of the day of a journal file, None for any other file."""
    match = _DAY_NAME.match(PurePosixPath(path).name)
    if match is None:
        return None
    return int(datetime.strptime(match[1], "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * NS


README_TEXT = """This folder is a recording made by twinviewer (format 1). All times are UTC.

manifest.json   which scene was recorded, and every tag with its number, name, unit and meaning
tags.csv        the same tags as a table: tag (number), name, asset, key, role, unit
samples/        every sample, one Parquet file an hour, sorted by slice of time, tag, time
                  moment  when it arrived (moments/)    tag  number of the tag (tags.csv)
                  value   the number, empty (NaN) for text and bad values
                  status  OPC UA StatusCode: 0x0… good, 0x4… uncertain, 0x8… bad
                  source  the device's timestamp, empty: that of its moment (1970: it gave none)
                  server  the server's timestamp, empty: equal to source (1970: it gave none)
                  text    the value where it is text
moments/        each moment in which samples arrived: its number, its time, and the device's timestamp of most of them
minutes/        per tag and minute in which a sample came: mean (weighted by time), min, max and last of the values
                that were not bad, the count of all samples, and the worst quality (0 good, 1 uncertain, 3 bad)
states/         every change of a tag that says what a machine is doing
keyframes/      the newest sample of every tag at the start of each slice of time
live/           samples that are not compacted yet: Arrow streams, read with pyarrow.ipc.open_stream. The first batch
                of each is the keyframe; rows of tag -1 only say that the recorder lived
alarms/         each change of an alarm's life, one JSON object a line, one file a day
actions/        what people did: acknowledge, shelve, accept, write
connection/     how the connection to the plant stood, and when the recorder began, ended or had trouble
notes.jsonl     notes that people pinned to a machine and a moment; a line with "corrects" says what a note says
                instead, or that it was withdrawn. Nothing is taken out
recorder.lock   held by the recorder that runs
retention.json  how long this recording is kept (twinviewer retain); without it, for ever

With pandas:
    import pandas
    tags = pandas.read_csv("tags.csv")
    moments = pandas.read_parquet("moments", columns=["moment", "time"])
    samples = pandas.read_parquet("samples").merge(moments, on="moment").merge(tags, on="tag")

    import pathlib, pyarrow
    streams = [pyarrow.ipc.open_stream(p.read_bytes()) for p in sorted(pathlib.Path("live").glob("*.arrows"))]
    parts = [batch.to_pandas() for stream in streams for k, batch in enumerate(stream) if k > 0]
    live = pandas.concat(parts or [samples[:0]]).query("tag >= 0")    # what is not compacted yet

With DuckDB:
    SELECT name, time, value FROM 'samples/*.parquet' JOIN 'moments/*.parquet' USING (moment)
    JOIN 'tags.csv' USING (tag) WHERE name = 'PUMP-1.Power' ORDER BY time
"""
