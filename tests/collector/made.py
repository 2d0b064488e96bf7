"""A scene on disk that fits the test servers."""

from pathlib import Path

MANIFEST = """
format = 1
name = "Test"
site = "Site"
[namespaces]
p = "urn:twinviewer:test"
[assets]
table = "assets.csv"
[type.machine]
label = "Machine"
vibration = { group = "2", foundation = "rigid" }
[type.machine.tags.State]
node = "p:s={asset}.State"
role = "state"
states = { 0 = "offline", 1 = "running", 2 = "idle", 6 = "fault" }
[type.machine.tags.Vibration]
node = "p:s={asset}.Vibration"
role = "vibration"
unit = "mm/s"
limits = { high = 2.8, high_high = 4.5 }
[type.machine.tags.Product]
path = "p:Machines/p:{asset}/p:Product"
role = "product"
text = true
"""


def scene_folder(folder: Path) -> Path:
    """Write a scene of two machines without geometry into a new folder."""
    folder.mkdir()
    (folder / "scene.toml").write_text(MANIFEST)
    (folder / "assets.csv").write_text("asset,type,path\nM-0,machine,Line\nM-1,machine,Line\n")
    return folder
