"""Which tags are worked out of a waveform: roles, what keys end in, names for people, and which feature they hold."""

from twinviewer.model.asset import Tag
from twinviewer.waveforms.spectrum import Features

FEATURES = {"acceleration": "RMS", "acceleration_peak": "Peak", "crest": "Crest", "kurtosis": "Kurtosis"}
FEATURES["envelope"] = "Envelope"
LINES = {"bpfo": "BPFO", "bpfi": "BPFI", "bsf": "BSF", "ftf": "FTF"}
ACCELERATIONS = ("acceleration", "acceleration_peak", "envelope", *LINES)
PLAIN = frozenset({"crest", "kurtosis"})  # without a unit
_WORDS = {"acceleration": "Acceleration RMS", "acceleration_peak": "Acceleration peak", "crest": "Crest factor"}
_WORDS |= {"kurtosis": "Kurtosis", "envelope": "Envelope RMS"}
_WORDS |= {"bpfo": "Outer race BPFO", "bpfi": "Inner race BPFI", "bsf": "Element BSF", "ftf": "Cage FTF"}
_PLAIN_KEYS = ("acceleration", "waveform", "vibrationwaveform")


def keys_of(key: str, with_bearing: bool) -> dict[str, str]:
    """Key by role of the tags that are worked out of the waveform `key`."""
    roles = {**FEATURES, **(LINES if with_bearing else {})}
    return {role: f"{key}{end}" for role, end in roles.items()}


def title_of(tag: Tag) -> str:
    """A waveform, or a tag that is worked out of one, in words ("Outer race BPFO"); "" for any other. The waveform is
    named where its key says more than that it is one."""
    if tag.role == "waveform":
        return "Waveform" if tag.key.casefold() in _PLAIN_KEYS else f"{tag.key}: waveform"
    words = _WORDS.get(tag.role, "")
    if tag.derived_from < 0 or not words:
        return ""
    of = tag.key.removesuffix({**FEATURES, **LINES}[tag.role])
    return words if of.casefold() in _PLAIN_KEYS else f"{of}: {words[0].lower()}{words[1:]}"


def value_of(found: Features, role: str) -> float:
    """The feature of a role; NaN for a line that could not be worked out."""
    if role in LINES:
        return found.lines.get(LINES[role], float("nan"))
    plain = {"acceleration": found.rms, "acceleration_peak": found.peak, "crest": found.crest}
    return {**plain, "kurtosis": found.kurtosis, "envelope": found.envelope}[role]
