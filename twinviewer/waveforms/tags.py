"""Which tags are worked out of a waveform: their roles, what their keys end in, and which feature they hold."""

from twinviewer.waveforms.spectrum import Features

FEATURES = {"acceleration": "RMS", "acceleration_peak": "Peak", "crest": "Crest", "kurtosis": "Kurtosis"}
FEATURES["envelope"] = "Envelope"
LINES = {"bpfo": "BPFO", "bpfi": "BPFI", "bsf": "BSF", "ftf": "FTF"}
ACCELERATIONS = ("acceleration", "acceleration_peak", "envelope", *LINES)
PLAIN = frozenset({"crest", "kurtosis"})  # without a unit


def keys_of(key: str, with_bearing: bool) -> dict[str, str]:
    """Key by role of the tags that are worked out of the waveform `key`."""
    roles = {**FEATURES, **(LINES if with_bearing else {})}
    return {role: f"{key}{end}" for role, end in roles.items()}


def value_of(found: Features, role: str) -> float:
    """The feature of a role; NaN for a line that could not be worked out."""
    if role in LINES:
        return found.lines.get(LINES[role], float("nan"))
    plain = {"acceleration": found.rms, "acceleration_peak": found.peak, "crest": found.crest}
    return {**plain, "kurtosis": found.kurtosis, "envelope": found.envelope}[role]
