"""A rolling bearing as its defect frequencies, in turns of its shaft."""

import math
from dataclasses import dataclass

from twinviewer.model.errors import DataError

PARTS = {"BPFO": "outer race", "BPFI": "inner race", "BSF": "rolling element", "FTF": "cage"}


@dataclass(frozen=True, slots=True)
class Bearing:
    """How often a defect is passed in one turn of the shaft (orders), with the outer race standing still: of the outer
    race (BPFO), the inner race (BPFI), a rolling element by its spin (BSF), the cage (FTF).

    `rpm` is the nominal speed of the shaft, for machines that do not tell theirs in turns; None where nobody said it.
    """

    bpfo: float
    bpfi: float
    bsf: float
    ftf: float
    rpm: float | None = None

    def __post_init__(self) -> None:
        """Raises DataError for frequencies that no bearing has: the cage goes slower than half of the shaft."""
        known = all(math.isfinite(x) and x > 0 for x in (self.bpfo, self.bpfi, self.bsf, self.ftf))
        if not (known and self.ftf < 0.5 and self.bpfo < self.bpfi):
            text = f"BPFO {self.bpfo:g}, BPFI {self.bpfi:g}, BSF {self.bsf:g} and FTF {self.ftf:g} are of no bearing"
            raise DataError(text, "bearing", "Write them in turns of the shaft; FTF is below 0.5, BPFO below BPFI.")

    def frequencies_hz(self, rpm: float) -> dict[str, float]:
        """The four of them at this speed of the shaft, by the names of `PARTS`."""
        turns = rpm / 60
        return {"BPFO": self.bpfo * turns, "BPFI": self.bpfi * turns, "BSF": self.bsf * turns, "FTF": self.ftf * turns}


def of_geometry(
    elements: int, element_mm: float, pitch_mm: float, angle_deg: float = 0.0, rpm: float | None = None
) -> Bearing:
    """From the number of rolling elements, their and the pitch diameter and the contact angle, for rolling without slip
    (Harris, Rolling Bearing Analysis). Raises DataError for a geometry that no bearing has."""
    if not (elements >= 1 and 0 < element_mm < pitch_mm and 0 <= angle_deg < 90):
        text = f"{elements} elements of {element_mm:g} mm on a pitch of {pitch_mm:g} mm are no bearing"
        raise DataError(text, "bearing", "The pitch diameter is larger than an element, the angle below 90 degrees.")
    ratio = element_mm / pitch_mm * math.cos(math.radians(angle_deg))
    spin = pitch_mm / (2 * element_mm) * (1 - ratio**2)
    return Bearing(elements / 2 * (1 - ratio), elements / 2 * (1 + ratio), spin, (1 - ratio) / 2, rpm)
