"""What people pin to the plant's past."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """What `by` pinned to a moment (UTC ns), and to an asset where `asset_id` is not "", after all corrections.

    `key` names it for a correction. Somebody (`changed_by`, "" for nobody) corrected it last at `changed_ns` (UTC ns, 0
    where that is not known), or withdrew it and said `why`; `first_text` is what it said at first.
    """

    time_ns: int
    asset_id: str
    text: str
    by: str = ""
    key: str = ""
    first_text: str = ""
    changed_by: str = ""
    changed_ns: int = 0
    withdrawn: bool = False
    why: str = ""
