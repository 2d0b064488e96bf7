"""Writes the geometry of the shipped scenes beside their scene.toml."""

from pathlib import Path

from scenes._make import hall, skid

SCENES = Path(__file__).resolve().parents[1]


def main() -> None:
    """Writes both scenes."""
    hall.write(SCENES / "assembly-hall" / "hall.glb")
    skid.write(SCENES / "pump-skid" / "skid.glb")


if __name__ == "__main__":
    main()
