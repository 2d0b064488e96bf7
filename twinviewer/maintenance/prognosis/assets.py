"""Evidence cards: the prognosis of assets from their recorded minutes, in the tier that the data of each allow."""

from collections.abc import Callable, Iterable, Sequence

from twinviewer.history.recording import Recording
from twinviewer.maintenance.orders.model import Order
from twinviewer.maintenance.prognosis.by_age import card_by_age
from twinviewer.maintenance.prognosis.by_wear import card_by_wear
from twinviewer.maintenance.prognosis.earlier_lives import Life
from twinviewer.maintenance.prognosis.lives_by_age import Log
from twinviewer.maintenance.prognosis.seen import Seen, look
from twinviewer.maintenance.prognosis.signals import ROLES
from twinviewer.maintenance.recorded import Minutes, minutes_of, running, span_of
from twinviewer.maintenance.results import Card
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.model.asset import Asset, Tag
from twinviewer.model.errors import DataError
from twinviewer.scene.scene import Scene

AT_ONCE = 10  # assets that are read together: one pass over the recording, in bounded memory
Tell = Callable[[float, str], None]


def cards_of(
    scene: Scene,
    recording: Recording,
    settings: MaintenanceSettings,
    orders: Sequence[Order] = (),
    asset_ids: Sequence[str] = (),
    until_ns: int = 0,
    progress: Tell = lambda fraction, text: None,
) -> tuple[Card, ...]:
    """Cards of the named assets, or of all with signals of wear. Raises DataError for an unknown asset."""
    known = {a.asset_id: a for a in scene.assets}
    unknown = [name for name in asset_ids if name not in known]
    if unknown:
        like = ", ".join(list(known)[:6])
        raise DataError(f"the scene has no asset “{unknown[0]}”", "--asset", f"Some it has: {like}.")
    hours, pace = running(recording, scene, scene.assets)
    last = span_of(recording, recording.folder.address)[1]
    log = Log(until_ns or last, orders, {a.asset_id: a.type for a in scene.assets}, hours, pace)
    sensed = [a for a in scene.assets if any(scene.tags[row].role in ROLES for row in a.tags)]
    chosen = [known[name] for name in asset_ids] or sensed

    def looked(assets: Sequence[Asset], share: float, begin: float) -> Iterable[Seen]:
        for k in range(0, len(assets), AT_ONCE):
            progress(begin + share * k / len(assets), assets[k].asset_id)
            for minutes in minutes_of(recording, scene, assets[k : k + AT_ONCE], until_ns):
                tags = {scene.tags[row].key: scene.tags[row] for row in minutes.asset.tags}
                yield look(minutes, tags, settings.of_type(minutes.asset.type), orders, scene.energy)

    found, worn, lives = dict[str, Card](), list[Seen](), list[tuple[str, Life]]()
    for seen in looked(chosen, 0.8, 0.0):
        lives += [(seen.asset.type, life) for life in seen.lives]
        if seen.fit is not None:
            worn.append(seen)
        else:
            found[seen.asset.asset_id] = card_by_age(seen, settings, log)
    # only what wears is compared with earlier lives, and then with those of its like that nobody asked for
    types, asked = {seen.asset.type for seen in worn}, {a.asset_id for a in chosen}
    others = [a for a in sensed if a.type in types and a.asset_id not in asked]
    for seen in looked(others, 0.2, 0.8):
        lives += [(seen.asset.type, life) for life in seen.lives]
    for seen in worn:
        alike = [life for name, life in lives if name == seen.asset.type]
        found[seen.asset.asset_id] = card_by_wear(seen, settings, alike)
    return tuple(found[a.asset_id] for a in chosen)


def card(
    minutes: Minutes,
    tags: dict[str, Tag],
    settings: MaintenanceSettings,
    log: Log | None = None,
    lives: Sequence[Life] = (),
) -> Card:
    """The evidence card of one asset at the end of its recorded minutes, with ended `lives` of others of its type."""
    log = log or Log()
    seen = look(minutes, tags, settings.of_type(minutes.asset.type), log.orders)
    if seen.fit is None:
        return card_by_age(seen, settings, log)
    return card_by_wear(seen, settings, (*lives, *seen.lives))
