"""A plan as CSV, for spreadsheets and other systems."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from twinviewer.maintenance.orders.connector import safe_cell
from twinviewer.maintenance.plan_results import PlannedJob

HEADER = ("work_order", "asset", "title", "kind", "start", "end", "crew", "people", "part", "reason")


def plan_table(jobs: Iterable[PlannedJob]) -> str:
    """A row per job, with a header; times in ISO 8601, UTC, empty where a job is put off."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for j in jobs:
        words = (j.work_order, j.asset_id, j.title, j.kind, moment(j.start_ns) or "", moment(j.end_ns) or "", j.crew)
        writer.writerow([*map(safe_cell, words), j.people, safe_cell(j.part), safe_cell(j.reason)])
    return out.getvalue()


def moment(time_ns: int) -> str | None:
    """UTC in ISO 8601, None where there is no time."""
    return datetime.fromtimestamp(time_ns // 10**9, UTC).isoformat() if time_ns else None
