"""A work order and its life: proposed, approved, scheduled, in progress (or on hold), done, cancelled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from twinviewer.model.errors import DataError

_BESIDE = re.compile(r"(?:(\d{1,3})(?:\s*[x×*]\s*|\s+))?(.+)")


class OrderState(StrEnum):
    """Where a work order stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    DONE = "done"
    CANCELLED = "cancelled"


_NEXT: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PROPOSED: frozenset({OrderState.APPROVED, OrderState.CANCELLED}),
    OrderState.APPROVED: frozenset({OrderState.SCHEDULED, OrderState.IN_PROGRESS, OrderState.CANCELLED}),
    OrderState.SCHEDULED: frozenset({OrderState.APPROVED, OrderState.IN_PROGRESS, OrderState.CANCELLED}),
    OrderState.IN_PROGRESS: frozenset({OrderState.ON_HOLD, OrderState.DONE, OrderState.CANCELLED}),
    OrderState.ON_HOLD: frozenset({OrderState.IN_PROGRESS, OrderState.CANCELLED}),
    OrderState.DONE: frozenset(),
    OrderState.CANCELLED: frozenset(),
}
KINDS = ("corrective", "preventive", "predictive", "inspection", "legal")
OPEN = frozenset(
    {OrderState.PROPOSED, OrderState.APPROVED, OrderState.SCHEDULED, OrderState.IN_PROGRESS, OrderState.ON_HOLD}
)


def may_become(now: OrderState) -> frozenset[OrderState]:
    """The states a work order may go to from `now`."""
    return _NEXT[now]


def check_change(number: str, now: OrderState, wanted: OrderState) -> None:
    """Raises DataError for a change that the life of a work order does not know."""
    if wanted not in _NEXT[now]:
        ways = ", ".join(s.value.replace("_", " ") for s in sorted(_NEXT[now])) or "nothing: it has ended"
        raise DataError(
            f"a work order that is {now.value.replace('_', ' ')} cannot become {wanted.value.replace('_', ' ')}",
            number,
            f"It may become: {ways}.",
        )


def beside_text(beside: Iterable[tuple[str, int]]) -> str:
    """(skill, people) of those who work beside the first crew, in words: "electrician, 2 × inspector"."""
    return ", ".join(f"{people} × {skill}" if people > 1 else skill for skill, people in beside)


def beside_of(text: str) -> tuple[tuple[str, int], ...]:
    """What `beside_text` has written; a person or another system may leave the × out, or write an x."""
    found = (_BESIDE.fullmatch(part.strip()) for part in text.split(",") if part.strip())
    return tuple((match[2].strip(), max(int(match[1] or 1), 1)) for match in found if match)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a checklist."""

    text: str
    done: bool = False
    by: str = ""
    at_ns: int = 0


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the crew reports: found, done, parts used, hands-on and waiting hours, and whether the prediction was right
    (None: there was none, or nobody can tell)."""

    found: str
    done: str
    parts_used: tuple[str, ...] = ()
    worked_h: float = 0.0
    waited_h: float = 0.0
    prediction_right: bool | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A work order as it stands. Times are UTC ns, 0: not known. `kind` is "corrective", "preventive", "predictive",
    "inspection" or "legal". `predicted_rul_days` (NaN: none) is what the card said at `created_ns`, `failed` whether
    the asset failed before the work (None: not known). `duration_h` holds the `lock_out_h` for making the asset safe
    and giving it back; `tools` are names with commas between them, `also` who is needed beside `people` with `skill`,
    as `beside_text` writes it."""

    number: str
    asset_id: str
    title: str
    kind: str
    state: OrderState
    reason: str
    created_ns: int
    changed_ns: int
    start_ns: int = 0
    end_ns: int = 0
    due_ns: int = 0
    crew: str = ""
    skill: str = ""
    people: int = 1
    duration_h: float = 1.0
    part: str = ""
    stops: bool = True
    lock_out: str = ""
    checks: tuple[Check, ...] = ()
    feedback: Feedback | None = None
    predicted_rul_days: float = float("nan")
    predicted_low_days: float = float("nan")
    predicted_high_days: float = float("nan")
    failed: bool | None = None
    begun_ns: int = 0
    ended_ns: int = 0
    source: str = "twinviewer"
    tools: str = ""
    lock_out_h: float = 0.0
    also: str = ""

    @property
    def everybody(self) -> int:
        """How many people it takes together."""
        return self.people + sum(people for _, people in beside_of(self.also))


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a work order's record: who changed what, when and why."""

    number: str
    at_ns: int
    by: str
    why: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about an evidence card, a label for later: `what` is "accepted", "deferred", "rejected"."""

    asset_id: str
    at_ns: int
    card_ns: int
    what: str
    reason: str
    by: str
    mode: str = ""
    number: str = ""
