"""What the what-if panel says where the scene has no flow model: what one is, and how to come by it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.panels._scrolling import scrolling
from twinviewer.panels._whatif_sketch import Sketch
from twinviewer.scene.scene import Scene

_SMALLEST = """[station.saw]
time = "lognormal(60 s, cv=0.2)"
[station.mill]
time = "55 s"
buffer = 8
[source.orders]
feeds = "saw"
policy = "exponential(75 s)\""""


class EmptyPage(QWidget):
    """A sentence, where the file belongs, and the smallest one that works."""

    def __init__(self) -> None:
        super().__init__()
        self.title = label("", "title", wrap=True)
        self.text = label("", "", wrap=True)
        self.sample = label(_SMALLEST)
        self.sample.setStyleSheet("font-family: monospace;")
        self.sample.setAccessibleName("The smallest line.toml that works")
        self.more = label(
            "Save it, and open the scene again. `twinviewer check SCENE` says what is wrong in it, "
            "`twinviewer simulate --help` runs it without a window, and docs/what-if.md names all that can be written.",
            "quiet",
            wrap=True,
        )
        self.draw = button("Sketch a line from the scene", "primary")
        self.trouble = label("", "", wrap=True)
        self.sketch = Sketch()
        content = QWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(content))
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 4, 6, 0)
        layout.setSpacing(10)
        for item in (self.title, self.text, row(self.draw, None), self.trouble, self.sketch, self.sample, self.more):
            layout.addWidget(item)
        layout.addStretch(1)

    def tell(self, scene: Scene) -> None:
        """Say it for this scene."""
        there = bool(scene.name)
        self.title.setText("No flow model yet" if there else "No scene is open")
        stations = sum(a.station for a in scene.assets)
        where = scene.path if scene.path.is_dir() else scene.path.parent
        can = there and scene.path.is_dir() and stations > 0
        hint = f" {stations} machines of the scene may be stations." if stations else ""
        self.text.setText(
            f"What-if needs to know how parts flow: a line.toml in {where}.{hint} "
            + (
                "Have it sketched from the scene and correct it, or write it:"
                if can
                else "The smallest one that works:"
            )
            if there
            else "Open a scene; where a line.toml lies beside it, its future can be asked here."
        )
        self.draw.setVisible(can)
        self.trouble.hide()
        self.sketch.hide()
        self.sample.setVisible(there)
        self.more.setVisible(there)

    def show_sketch(self) -> None:
        """The sketch instead of the sample."""
        for item in (self.sample, self.draw, self.more, self.trouble):
            item.hide()
        self.sketch.show()

    def refuse(self, text: str) -> None:
        """Why nothing can be sketched, or what is wrong with a correction."""
        if self.sketch.isVisibleTo(self):
            self.sketch.refuse(text)
            return
        self.trouble.setText(f"✕ {text}")
        self.trouble.show()
