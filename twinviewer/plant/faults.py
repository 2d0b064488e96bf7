"""Faults that a person asks for, and the story of the demo: what happens to which asset, and when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twinviewer.model.asset import Asset
from twinviewer.model.errors import FeedError
from twinviewer.plant.spec import PlantScene, kind_of

KINDS: dict[str, tuple[str, float]] = {
    "stop": ("trips and stands until the crew has repaired it (seconds of repair)", 300.0),
    "bearing": ("a bearing wears out: vibration climbs to zone D, it seizes soon after (hours to zone D)", 8.0),
    "jam": ("finished parts cannot leave it: it blocks (seconds until cleared)", 240.0),
    "sensor": ("one sensor fails: its tag is BadSensorFailure (seconds)", 1200.0),
    "offline": ("its controller does not answer: all its tags are BadNoCommunication (seconds)", 1200.0),
    "overheat": ("it runs hotter than it should (degrees)", 35.0),
    "power": ("it draws more power than it should (factor)", 1.35),
    "leak": ("it loses pressure (share that is left)", 0.55),
    "slow": ("it works slower (share of its speed that is left)", 0.6),
    "setup": ("it is changed over to another product (seconds)", 720.0),
    "repair": ("the crew maintains it: wear and faults are gone afterwards (seconds)", 1200.0),
}
ALSO_CALLED = {
    "trip": "stop", "fault": "stop", "failure": "stop", "breakdown": "stop", "wear": "bearing", "vibration": "bearing",
    "block": "jam", "blocked": "jam", "heat": "overheat", "temperature": "overheat", "comm": "offline",
    "silent": "offline", "changeover": "setup", "maintenance": "repair", "pressure": "leak",
}  # fmt: skip
LASTING = frozenset({"overheat", "power", "leak", "slow"})
LASTING_S = 1200.0
_CROWD = 12  # in a smaller scene one dead device would be a large part of what there is to see
_TEXT = re.compile(
    r"^(?P<asset>[^:]+):(?P<kind>[a-z]+)(?:\.(?P<tag>[^@=!]+))?(?:=(?P<amount>[0-9.]+))?(?P<good>!)?"
    r"(?:@(?P<at>-?[0-9.]+))?$"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with an asset at `at_s` (plant seconds after the start, negative: before it).

    `amount` has the unit that `KINDS` says. `tag` is the key of the tag for "sensor". `for_good` means that nobody
    repairs it. `progress` is how far a bearing has worn already (0 new, 1 at zone D).
    """

    asset_id: str
    kind: str
    at_s: float = 0.0
    amount: float = 0.0
    tag: str = ""
    for_good: bool = False
    progress: float = 0.0


def parse_fault(text: str, scene: PlantScene) -> Fault:
    """A fault from "ASSET:KIND[.TAG][=AMOUNT][!]@SECONDS". Raises FeedError that names what is not known."""
    match = _TEXT.match(text.strip())
    if match is None:
        raise FeedError(
            f"The fault “{text}” cannot be read.", "--fault", "Write ASSET:KIND@SECONDS, such as P-1:stop@30."
        )
    known = {a.asset_id: a for a in scene.assets}
    asset = known.get(match["asset"])
    if asset is None:
        like = [name for name in known if name[:3].lower() == match["asset"][:3].lower()] or list(known)
        raise FeedError(
            f"The scene has no asset “{match['asset']}”.", "--fault", f"Some it has: {', '.join(like[:6])}."
        )
    kind = ALSO_CALLED.get(match["kind"], match["kind"])
    if kind not in KINDS:
        raise FeedError(f"“{kind}” is no kind of fault.", "--fault", f"Kinds: {', '.join(KINDS)}.")
    try:
        amount = float(match["amount"]) if match["amount"] else KINDS[kind][1]
        at_s = float(match["at"] or 0.0)
    except ValueError:
        raise FeedError(f"The fault “{text}” holds a number that cannot be read.", "--fault") from None
    if amount <= 0:
        raise FeedError(f"The amount of the fault “{text}” must be above 0.", "--fault")
    tag = _tag_key(scene, asset, match["tag"] or "") if kind == "sensor" else ""
    return Fault(asset.asset_id, kind, at_s, amount, tag, match["good"] is not None)


def _tag_key(scene: PlantScene, asset: Asset, key: str) -> str:
    keys = [scene.tags[row].key for row in asset.tags]
    if key and key not in keys:
        raise FeedError(
            f"{asset.asset_id} has no tag “{key}”.", "--fault", f"It has: {', '.join(keys) or 'no tags at all'}."
        )
    if key or not keys:
        return key
    wanted = ("Vibration", "Temperature", "Pressure", "Power")
    return next((k for k in wanted if k in keys), keys[0])


def demo_story(scene: PlantScene) -> list[Fault]:
    """What makes the demo worth looking at, for any scene: each part of it only where there is such an asset.

    In a small scene nothing stands and nothing is silent from the beginning.
    """
    by_kind: dict[str, list[Asset]] = {}
    for asset in scene.assets:
        by_kind.setdefault(kind_of(asset), []).append(asset)
    story: list[Fault] = []
    compressors = by_kind.get("compressor") or _vibrating(scene)[:1]
    pumps, robots = by_kind.get("pump", []), by_kind.get("robot") or [a for a in scene.assets if a.station][1:2]
    if compressors:
        story.append(Fault(compressors[0].asset_id, "bearing", -1.0, 0.5, progress=0.68))
    crowd = len(scene.assets) >= _CROWD
    if robots and crowd:
        story.append(Fault(robots[-1].asset_id, "stop", -45.0, 300.0))
    if pumps and crowd:
        story.append(Fault(pumps[-1].asset_id, "offline", -5.0, 3600.0, for_good=True))
    if len(pumps) > 2:
        story.append(Fault(pumps[1].asset_id, "bearing", -1.0, 400.0, progress=0.86))
    stations = [a for a in by_kind.get("cnc", []) if a.station]
    if stations:
        story.append(Fault(stations[-1].asset_id, "setup", -240.0, 900.0))
    if by_kind.get("ahu") and crowd:
        story.append(Fault(by_kind["ahu"][0].asset_id, "repair", -300.0, 900.0))
    return story


def _vibrating(scene: PlantScene) -> Sequence[Asset]:
    return [a for a in scene.assets if a.vibration_limits is not None and kind_of(a) != "pump"]
