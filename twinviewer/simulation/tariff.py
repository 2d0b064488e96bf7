"""What a kilowatt-hour costs in every quarter of an hour of a run."""

import numpy as np

from twinviewer.simulation.builder import Builder

QUARTER_S = 900.0  # the time over which utilities meter and bill: prices and peaks


def quarters(horizon_s: float) -> int:
    """How many quarters of an hour cover a horizon (s), and one more for what its last moment rounds into."""
    return int(np.ceil(horizon_s / QUARTER_S)) + 1


def quarter_prices(b: Builder) -> np.ndarray:
    """Price per kWh in each quarter of an hour since the start, float64 (n,), as long as a run's energy profile.

    Within a quarter prices are weighted by their time, as a run may start at any minute. Of bands that overlap the
    later one holds. Raises LineError where a band names a calendar that is not there.
    """
    tariff = b.line.energy
    n = quarters(b.horizon_s)
    edges = [np.arange(n + 1) * QUARTER_S]
    bands = [
        (np.array(b.open_windows(band.calendar, f"energy.bands.{k}"), float).reshape(-1, 2), band.per_kwh)
        for k, band in enumerate(tariff.bands)
    ]
    edges += [np.clip(open_.ravel(), 0.0, n * QUARTER_S) for open_, _ in bands]
    times = np.unique(np.concatenate(edges))
    middle, length = (times[1:] + times[:-1]) / 2, np.diff(times)
    price = np.full(len(middle), tariff.per_kwh)
    for open_, per_kwh in bands:
        inside = np.searchsorted(open_[:, 0], middle) > np.searchsorted(open_[:, 1], middle)
        price[inside] = per_kwh
    return np.bincount((middle // QUARTER_S).astype(np.int64), price * length, minlength=n) / QUARTER_S
