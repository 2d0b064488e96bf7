"""The indicators of ISO 22400-2 from times and counts; one definition for live, recorded and simulated plants.

Times in seconds: APT actual production time (processing), AUST actual unit setup time, ADET actual unit delay time
(down, waiting, blocked, starved within an order), PBT planned busy time (operation time less planned downtime), PRI
planned run time per item. Counts: PQ produced, GQ good, SQ scrap quantity. NaN where a denominator is zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class UnitTimes:
    """Times (s) and counts of one work unit over one period."""

    apt_s: float = 0.0
    aust_s: float = 0.0
    adet_s: float = 0.0
    pbt_s: float = 0.0
    pri_s: float = NAN
    pq: float = 0.0
    gq: float = 0.0
    sq: float = 0.0
    failures: int = 0
    ttr_s: float = 0.0

    @property
    def inputs(self) -> Mapping[str, float]:
        """The inputs by the names that the formulas use."""
        return {
            "APT_s": self.apt_s,
            "AUST_s": self.aust_s,
            "ADET_s": self.adet_s,
            "PBT_s": self.pbt_s,
            "PRI_s": self.pri_s,
            "PQ": self.pq,
            "GQ": self.gq,
            "SQ": self.sq,
        }


def ratio(numerator: float, denominator: float) -> float:
    """numerator / denominator, NaN for a denominator of zero."""
    return numerator / denominator if denominator else NAN


def availability(u: UnitTimes) -> float:
    """APT / PBT."""
    return ratio(u.apt_s, u.pbt_s)


def effectiveness(u: UnitTimes) -> float:
    """PRI x PQ / APT."""
    return ratio(u.pri_s * u.pq, u.apt_s)


def quality_ratio(u: UnitTimes) -> float:
    """GQ / PQ."""
    return ratio(u.gq, u.pq)


def oee(u: UnitTimes) -> float:
    """Overall equipment effectiveness: availability x effectiveness x quality ratio = PRI x GQ / PBT."""
    return ratio(u.pri_s * u.gq, u.pbt_s)


def nee(u: UnitTimes) -> float:
    """Net equipment effectiveness: AUPT / PBT x effectiveness x quality ratio, AUPT = APT + AUST."""
    return ratio(u.apt_s + u.aust_s, u.pbt_s) * effectiveness(u) * quality_ratio(u)


def utilisation_efficiency(u: UnitTimes) -> float:
    """APT / AUBT, AUBT = APT + AUST + ADET."""
    return ratio(u.apt_s, u.apt_s + u.aust_s + u.adet_s)


def allocation_efficiency(u: UnitTimes) -> float:
    """AUBT / PBT."""
    return ratio(u.apt_s + u.aust_s + u.adet_s, u.pbt_s)


def mtbf_s(u: UnitTimes) -> float:
    """Mean operating time between failures: APT / failures (the count FE, not FE + 1)."""
    return ratio(u.apt_s, u.failures)


def mttr_s(u: UnitTimes) -> float:
    """Mean time to repair: time under repair / failures."""
    return ratio(u.ttr_s, u.failures)


FORMULAS: Mapping[str, str] = {
    "availability": "APT / PBT",
    "effectiveness": "PRI × PQ / APT",
    "quality_ratio": "GQ / PQ",
    "oee": "availability × effectiveness × quality ratio = PRI × GQ / PBT",
    "nee": "(APT + AUST) / PBT × effectiveness × quality ratio",
    "utilisation_efficiency": "APT / (APT + AUST + ADET)",
    "allocation_efficiency": "(APT + AUST + ADET) / PBT",
    "mtbf": "APT / failures",
    "mttr": "time under repair / failures",
}
