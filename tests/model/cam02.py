"""CAM02-UCS colour differences (Luo, Cui, Li 2006 over CIECAM02) and the dichromat matrices of Machado et al. 2009."""

import numpy as np

SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
HPE = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])
WHITE = np.array([95.047, 100.0, 108.883])
VISION = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(token: str) -> np.ndarray:
    """Linear sRGB (3,) of "#RRGGBB"."""
    c = np.array([int(token[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def ucs(token: str, vision: str = "normal") -> np.ndarray:
    """J', a', b' of a token as seen with one kind of colour vision (average surround, 64 lux, 20 % background)."""
    xyz = SRGB_TO_XYZ @ np.clip(VISION[vision] @ linear(token), 0, 1) * 100
    adapting, background = 64 / np.pi / 5, 20.0
    k = 1 / (5 * adapting + 1)
    fl = 0.2 * k**4 * (5 * adapting) + 0.1 * (1 - k**4) ** 2 * (5 * adapting) ** (1 / 3)
    n = background / WHITE[1]
    nbb = 0.725 * (1 / n) ** 0.2
    z = 1.48 + np.sqrt(n)
    degree = 1 - (1 / 3.6) * np.exp((-adapting - 42) / 92)

    def response(colour: np.ndarray) -> np.ndarray:
        cone = CAT02 @ colour
        adapted = (WHITE[1] * degree / (CAT02 @ WHITE) + 1 - degree) * cone
        p = HPE @ np.linalg.inv(CAT02) @ adapted
        power = (fl * np.abs(p) / 100) ** 0.42
        return np.sign(p) * 400 * power / (power + 27.13) + 0.1

    r, w = response(xyz), response(WHITE)
    a, b = r[0] - 12 * r[1] / 11 + r[2] / 11, (r[0] + r[1] - 2 * r[2]) / 9
    hue = np.arctan2(b, a)
    achromatic = (2 * r[0] + r[1] + r[2] / 20 - 0.305) * nbb
    white = (2 * w[0] + w[1] + w[2] / 20 - 0.305) * nbb
    lightness = 100 * (achromatic / white) ** (0.69 * z)
    eccentric = 0.25 * (np.cos(hue + 2) + 3.8)
    t = 50000 / 13 * nbb * eccentric * np.hypot(a, b) / (r[0] + r[1] + 21 * r[2] / 20)
    chroma = t**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**n) ** 0.73
    m = np.log(1 + 0.0228 * chroma * fl**0.25) / 0.0228
    return np.array([1.7 * lightness / (1 + 0.007 * lightness), m * np.cos(hue), m * np.sin(hue)])


def least_difference(tokens: list[str], vision: str) -> float:
    """The smallest difference between any two of the tokens."""
    points = [ucs(t, vision) for t in tokens]
    return min(float(np.linalg.norm(p - q)) for i, p in enumerate(points) for q in points[:i])
