"""Features of a vibration waveform: RMS, peak, kurtosis, envelope, and amplitudes at the frequencies of a bearing."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, hilbert, sosfiltfilt

from twinviewer.model.errors import DataError

HARMONICS = 3
TOLERANCE = 0.02  # slip lets bearing frequencies stray by one to two per cent
NOISE_WIDTH = 0.15


@dataclass(frozen=True)
class Bearing:
    """Geometry of a rolling bearing: number of rolling elements, their and the pitch diameter (mm), contact angle."""

    elements: int
    element_mm: float
    pitch_mm: float
    angle_deg: float = 0.0

    def __post_init__(self) -> None:
        """Raises DataError for a geometry that no bearing has."""
        if not (self.elements >= 1 and 0 < self.element_mm < self.pitch_mm and 0 <= self.angle_deg < 90):
            text = (
                f"{self.elements} elements of {self.element_mm:g} mm on a pitch of {self.pitch_mm:g} mm are no bearing"
            )
            raise DataError(
                text, "bearing", "The pitch diameter is larger than an element, the angle below 90 degrees."
            )

    def frequencies_hz(self, speed_rpm: float) -> dict[str, float]:
        """BPFO, BPFI, BSF and FTF (outer and inner race, element, cage) with the outer race standing still."""
        shaft = speed_rpm / 60
        ratio = self.element_mm / self.pitch_mm * np.cos(np.radians(self.angle_deg))
        return {
            "BPFO": self.elements / 2 * shaft * (1 - ratio),
            "BPFI": self.elements / 2 * shaft * (1 + ratio),
            "BSF": self.pitch_mm / (2 * self.element_mm) * shaft * (1 - ratio**2),
            "FTF": shaft / 2 * (1 - ratio),
        }


@dataclass(frozen=True)
class Features:
    """In the unit of the waveform; `kurtosis` is 3 for normal noise. `lines` are signal-to-noise ratios in the envelope
    spectrum at the bearing's frequencies and their harmonics (1: nothing there)."""

    rms: float
    peak: float
    crest: float
    kurtosis: float
    envelope_rms: float
    lines: dict[str, float]


def features(
    waveform: np.ndarray,
    rate_hz: float,
    bearing: Bearing | None = None,
    speed_rpm: float = 0.0,
    band_hz: tuple[float, float] | None = None,
) -> Features:
    """`band_hz` is where the bearing rings (by default from a tenth to 0.4 of the sampling rate). Raises DataError."""
    x = np.asarray(waveform, float)
    if x.ndim != 1 or len(x) < 256 or not np.isfinite(x).all():
        raise DataError(
            "the waveform is too short or has gaps", "waveform", "At least 256 values of one channel are needed."
        )
    x = x - x.mean()
    rms, peak = float(np.sqrt((x**2).mean())), float(np.abs(x).max())
    kurtosis = float((x**4).mean() / max((x**2).mean() ** 2, 1e-30))
    low, high = band_hz or (0.1 * rate_hz, 0.4 * rate_hz)
    if not 0 < low < high < rate_hz / 2:
        raise DataError(f"the band {low:g} to {high:g} Hz does not fit {rate_hz:g} Hz", "waveform", "Choose another.")
    ringing = sosfiltfilt(butter(4, [low, high], "bandpass", fs=rate_hz, output="sos"), x)
    envelope = np.abs(hilbert(ringing))
    envelope = envelope - envelope.mean()
    lines = {}
    if bearing is not None and speed_rpm != 0:
        lines = {n: _line(envelope, rate_hz, f) for n, f in bearing.frequencies_hz(abs(speed_rpm)).items()}
    return Features(rms, peak, peak / max(rms, 1e-30), kurtosis, float(np.sqrt((envelope**2).mean())), lines)


def _line(envelope: np.ndarray, rate_hz: float, frequency: float) -> float:
    """How far a frequency and its harmonics stand out of the envelope spectrum around them."""
    spectrum = np.abs(np.fft.rfft(envelope * np.hanning(len(envelope))))
    axis = np.fft.rfftfreq(len(envelope), 1 / rate_hz)
    ratios = []
    for k in range(1, HARMONICS + 1):
        middle = k * frequency
        near = np.abs(axis - middle) <= max(TOLERANCE * middle, 1.5 * axis[1])
        around = (np.abs(axis - middle) <= max(NOISE_WIDTH * middle, 12 * axis[1])) & ~near & (axis > 0)
        if near.any() and around.any():
            ratios.append(spectrum[near].max() / max(float(np.median(spectrum[around])), 1e-30))
    return float(np.mean(ratios)) if ratios else 1.0
