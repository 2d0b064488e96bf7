"""Says which assets a plan lets stand and when, so that the flow model can play it."""

from collections.abc import Sequence

from twinviewer.maintenance.plan_results import Plan
from twinviewer.model.asset import Asset
from twinviewer.panels._text import NS, local
from twinviewer.panels._whatif_play import Handed


def handed_of(plan: Plan, assets: Sequence[Asset], edited: bool) -> Handed:
    """The stops of a plan: all assets of a group stand with a job in it, except where they stand anyway."""
    stops = []
    for job in plan.jobs:
        if job.start_ns and job.group and not job.in_planned_stop:
            seconds = (job.end_ns - job.start_ns) / NS
            stops += [(job.start_ns, a.asset_id, seconds) for a in assets if _inside(a, job.group)]
    week = local(plan.start_ns).isocalendar().week
    name = f"Maintenance plan, week {week}{', edited' if edited else ''}"
    note = "Stops of the maintenance plan outside of the planned stops, from which the lines lose nothing."
    return Handed(name, note, tuple(stops))


def _inside(asset: Asset, group: str) -> bool:
    return f"/{group}/" in f"/{'/'.join(asset.path)}/"
