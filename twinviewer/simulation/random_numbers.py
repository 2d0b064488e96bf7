"""Random numbers keyed by their meaning, and the distributions drawn from them.

Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) maps (seed, replication, station,
purpose, index) to a uniform number, so that two scenarios share their randomness whatever the order of events.
Every draw is by inversion: one uniform number (per phase for Erlang) gives one value.
"""

import math
import zlib

import numpy as np
from numba import float64, int64, uint64

from twinviewer.simulation.compiling import compiled, inlined

CONSTANT, EXPONENTIAL, LOGNORMAL, UNIFORM, WEIBULL, TRIANGULAR, ERLANG, TABLE, NORMAL = range(9)
PROCESS, SETUP, FAILURE, REPAIR, ROUTE, QUALITY, SUPPLY, START = range(8)  # purposes

DISTRIBUTION = np.dtype([("kind", "i8"), ("a", "f8"), ("b", "f8"), ("c", "f8"), ("mean", "f8")], align=True)


def stream_of(name: str) -> int:
    """A stable 31-bit number for a station's name."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Ten rounds of Philox4x32; counters and keys are 32-bit values in uint64. Returns four of them."""
    low = uint64(0xFFFFFFFF)
    c0, c1, c2, c3 = uint64(c0), uint64(c1), uint64(c2), uint64(c3)
    k0, k1 = uint64(k0), uint64(k1)
    for _ in range(10):
        p0 = uint64(0xD2511F53) * c0
        p1 = uint64(0xCD9E8D57) * c2
        c0 = (p1 >> uint64(32)) ^ c1 ^ k0
        c2 = (p0 >> uint64(32)) ^ c3 ^ k1
        c1 = p1 & low
        c3 = p0 & low
        k0 = (k0 + uint64(0x9E3779B9)) & low
        k1 = (k1 + uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


@inlined
def uniform(seed, replication, stream, purpose, index):
    """A number in the open interval (0, 1) that depends on nothing but its five keys."""
    low = uint64(0xFFFFFFFF)
    i = uint64(index)
    high = ((i >> uint64(32)) ^ (uint64(purpose) << uint64(24))) & low
    key = uint64(seed)
    c0, c1, _, _ = philox(i & low, high, uint64(stream) & low, uint64(replication) & low, key & low, key >> uint64(32))
    return (float64(((c0 << uint64(32)) | c1) >> uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@inlined
def _poly(x, a0, a1, a2, a3, a4, a5, a6, a7):
    x2 = x * x  # Estrin's scheme: the same work as Horner's with less waiting
    x4 = x2 * x2
    return ((a0 + a1 * x) + (a2 + a3 * x) * x2) + ((a4 + a5 * x) + (a6 + a7 * x) * x2) * x4


@inlined
def exponential_of(x):
    """e^x with basic arithmetic alone, so that it is the same on every machine; relative error below 3e-16."""
    x = min(700.0, max(-700.0, x))
    k = math.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    low = _poly(r, 1.0, 1.0, 0.5, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040)
    r2 = r * r
    r4 = r2 * r2
    high = (1 / 40320 + r / 362880) + (1 / 3628800 + r / 39916800) * r2 + (1 / 479001600 + r / 6227020800) * r4
    return (low + high * (r4 * r4)) * np.int64((int64(k) + 1023) << 52).view(np.float64)


@inlined
def _centre(q):
    r = 0.180625 - q * q
    top = _poly(
        r,
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    )
    low = _poly(
        r,
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    )
    return q * top / low


@inlined
def _tail(p, q):
    r = math.sqrt(-math.log(p if q < 0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        top = _poly(
            r,
            1.42343711074968357734e0,
            4.63033784615654529590e0,
            5.76949722146069140550e0,
            3.64784832476320460504e0,
            1.27045825245236838258e0,
            2.41780725177450611770e-1,
            2.27238449892691845833e-2,
            7.74545014278341407640e-4,
        )
        low = _poly(
            r,
            1.0,
            2.05319162663775882187e0,
            1.67638483018380384940e0,
            6.89767334985100004550e-1,
            1.48103976427480074590e-1,
            1.51986665636164571966e-2,
            5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        )
    else:
        r -= 5.0
        top = _poly(
            r,
            6.65790464350110377720e0,
            5.46378491116411436990e0,
            1.78482653991729133580e0,
            2.96560571828504891230e-1,
            2.65321895265761230930e-2,
            1.24266094738807843860e-3,
            2.71155556874348757815e-5,
            2.01033439929228813265e-7,
        )
        low = _poly(
            r,
            1.0,
            5.99832206555887937690e-1,
            1.36929880922735805310e-1,
            1.48753612908506148525e-2,
            7.86869131145613259100e-4,
            1.84631831751005468180e-5,
            1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        )
    return -top / low if q < 0 else top / low


@inlined
def normal_quantile(p):
    """Inverse of the standard normal distribution: algorithm AS 241 (Wichura 1988), relative error below 1e-15."""
    q = p - 0.5
    return _centre(q) if abs(q) <= 0.425 else _tail(p, q)


@inlined
def draw(distributions, tables, row, seed, replication, stream, purpose, index):
    """One value of distribution `row`; the same for the same keys."""
    d = distributions[row]
    kind, a, b, c = d.kind, d.a, d.b, d.c
    if kind == CONSTANT:
        return a
    u = uniform(seed, replication, stream, purpose, index)
    if kind == EXPONENTIAL:
        return -a * math.log(u)
    if kind == LOGNORMAL:  # a, b: mean and deviation of the logarithm
        return exponential_of(a + b * normal_quantile(u))
    if kind == UNIFORM:
        return a + (b - a) * u
    if kind == WEIBULL:  # a scale, b shape
        return a * (-math.log(u)) ** (1.0 / b)
    if kind == TRIANGULAR:  # a least, b mode, c most
        if u < (b - a) / (c - a):
            return a + math.sqrt(u * (c - a) * (b - a))
        return c - math.sqrt((1.0 - u) * (c - a) * (c - b))
    if kind == ERLANG:  # a mean, b phases
        phases = int(b)
        total = 0.0
        for k in range(phases):
            total -= math.log(uniform(seed, replication, stream, purpose, index * phases + k))
        return total * a / phases
    if kind == NORMAL:  # cut off at zero
        return max(0.0, a + b * normal_quantile(u))
    place = u * (tables.shape[1] - 1)  # TABLE: quantiles in row a of `tables`, times b
    low = int(place)
    r = int(a)
    return b * (tables[r, low] + (place - low) * (tables[r, low + 1] - tables[r, low]))


@compiled
def draw_apart(distributions, tables, row, seed, replication, stream, purpose, index):
    """As `draw`, for what is drawn seldom: a call in place of so much code."""
    return draw(distributions, tables, row, seed, replication, stream, purpose, index)
