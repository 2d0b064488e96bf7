"""Features of a vibration waveform: RMS, peak, kurtosis, envelope, and the envelope at the frequencies of a bearing.

Envelope analysis as in Randall and Antoni, Rolling element bearing diagnostics: a tutorial, Mechanical Systems and
Signal Processing 25 (2011).
"""

from dataclasses import dataclass, field

import numpy as np

from twinviewer.model.bearing import Bearing
from twinviewer.model.errors import DataError

LEAST, MOST = 256, 2**20  # values of a waveform: fewer say nothing, more are none that a sensor sends
LARGEST = 1e100  # in any unit: beyond it squares are no numbers any more
LEAST_PERIODS = 2  # of a frequency, which a waveform must hold for it to be told
BAND = (0.1, 0.4)  # shares of the sampling rate between which a bearing is looked for where nobody says the band
HARMONICS = 3
TOLERANCE = 0.02  # slip lets bearing frequencies stray by one to two per cent
STANDS_RPM = 6.0  # below this the shaft stands, and nothing is passed


@dataclass(frozen=True)
class Features:
    """In the unit of the waveform; `crest` and `kurtosis` have none (kurtosis is 3 for normal noise). `lines` is the
    RMS of the envelope at each frequency of the bearing and those of its next two harmonics that are its own, by the
    names of `model.bearing.PARTS`."""

    rms: float
    peak: float
    crest: float
    kurtosis: float
    envelope: float
    lines: dict[str, float] = field(default_factory=dict)


def features(
    waveform: np.ndarray,
    rate_hz: float,
    bearing: Bearing | None = None,
    rpm: float = float("nan"),
    band_hz: tuple[float, float] | None = None,
) -> Features:
    """Of float64 (n,) at `rate_hz`. `band_hz` is where the bearing rings; `rpm` the speed of its shaft: NaN, unknown,
    gives no lines, and a frequency that the sampling cannot tell is NaN. Raises DataError for fewer than 256 values,
    more than a million, gaps, and a band that the sampling does not hold."""
    x = np.asarray(waveform, float)
    if x.ndim != 1 or not LEAST <= len(x) <= MOST or not (np.abs(x) < LARGEST).all():
        text = f"the waveform of {x.size} values is too short, too long or has gaps"
        raise DataError(text, "waveform", f"{LEAST} to {MOST:,} values of one channel are needed.")
    x = x - x.mean()
    rms, peak = float(np.sqrt((x**2).mean())), float(np.abs(x).max())
    kurtosis = float((x**4).mean() / max((x**2).mean() ** 2, 1e-30))
    envelope = envelope_of(x, rate_hz, band_hz)
    lines = {}
    if bearing is not None and rpm == rpm:
        lines = _lines(envelope, rate_hz, bearing, abs(rpm))
    return Features(rms, peak, peak / max(rms, 1e-30), kurtosis, float(np.sqrt((envelope**2).mean())), lines)


def envelope_of(x: np.ndarray, rate_hz: float, band_hz: tuple[float, float] | None = None) -> np.ndarray:
    """float64 (n,): the magnitude of the analytic signal of what lies within the band, without its mean. The edges of
    the band are rounded over an eighth of its width. Raises DataError."""
    low, high = band_hz or (BAND[0] * rate_hz, BAND[1] * rate_hz)
    if not 0 < low < high <= rate_hz / 2:
        raise DataError(f"the band {low:g} to {high:g} Hz does not fit {rate_hz:g} Hz", "waveform", "Choose another.")
    axis = np.abs(np.fft.fftfreq(len(x), 1 / rate_hz))
    edge = (high - low) / 8
    weight = np.clip(np.minimum(axis - low, high - axis) / edge, 0.0, 1.0)
    weight[len(x) // 2 + 1 :] = 0.0  # the analytic signal has no negative frequencies
    ringing = np.fft.ifft(2 * np.sin(np.pi / 2 * weight) ** 2 * np.fft.fft(x))
    envelope = np.abs(ringing)
    return envelope - envelope.mean()


def _lines(envelope: np.ndarray, rate_hz: float, bearing: Bearing, rpm: float) -> dict[str, float]:
    """The envelope's RMS around each frequency and its own harmonics; nothing where the shaft stands."""
    names = bearing.frequencies_hz(rpm)
    if rpm < STANDS_RPM:
        return dict.fromkeys(names, 0.0)
    window = np.hanning(len(envelope))
    power = 2 * np.abs(np.fft.rfft(envelope * window)) ** 2 / (len(envelope) * (window**2).sum())
    axis = np.fft.rfftfreq(len(envelope), 1 / rate_hz)
    spacing = float(axis[1])
    found = {}
    for name, at_hz in _told_apart(names, 2 * spacing).items():
        if not LEAST_PERIODS * spacing <= names[name] <= rate_hz / 2:
            found[name] = float("nan")
            continue
        near = np.zeros(len(axis), bool)
        for middle in at_hz:
            near |= np.abs(axis - middle) <= _width(middle, 2 * spacing)
        near[0] = False
        found[name] = float(np.sqrt(power[near].sum()))
    return found


def _told_apart(names: dict[str, float], least_hz: float) -> dict[str, list[float]]:
    """Each frequency with those of its harmonics that are not another's frequency or harmonic, too: those say nothing
    about which part it is."""
    every = [(name, k * f) for name, f in names.items() for k in range(1, HARMONICS + 1)]

    def shared(name: str, at: float) -> bool:
        return any(other != name and abs(at - f) <= _width(at, least_hz) + _width(f, least_hz) for other, f in every)

    return {
        name: [f, *(k * f for k in range(2, HARMONICS + 1) if not shared(name, k * f))] for name, f in names.items()
    }


def _width(middle_hz: float, least_hz: float) -> float:
    return max(TOLERANCE * middle_hz, least_hz)
