"""What commands do to the picture: camera, visibility, section, measures, labels."""

from collections.abc import Callable

from twinviewer.gui.picture import Picture
from twinviewer.model.camera import CameraView
from twinviewer.session import Session
from twinviewer.view.history import ViewState


class ViewTools:
    """Each tool acts on the selected asset where it speaks of one. What is on is read from the picture itself, so that
    undo and redo cannot leave a switch wrong."""

    def __init__(self, picture: Picture, session: Session) -> None:
        self._picture = picture
        self._session = session

    @property
    def there(self) -> bool:
        """Whether there is a picture to act on."""
        return self._picture.has_stage

    @property
    def _state(self) -> ViewState | None:
        return self._picture.stage.state() if self.there else None

    def _chosen(self) -> int:
        assert self._session.selection is not None
        return self._session.scene.asset(self._session.selection).index

    # -- camera -------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last change of the view back, visibility and section included."""
        self._with_mode(self._picture.stage.undo)

    def redo(self) -> None:
        """Do again what `undo` took back."""
        self._with_mode(self._picture.stage.redo)

    def go_to(self, view: CameraView) -> None:
        """Fly to a bookmark; colour mode and section come along."""
        self._with_mode(lambda: self._picture.stage.fly_to(view))

    def _with_mode(self, change: Callable[[], object]) -> None:
        """Make a change of the view that may bring another colour mode along."""
        stage = self._picture.stage
        stage.mode = self._session.mode
        change()
        if stage.mode != self._session.mode:
            self._session.set_mode(stage.mode)

    def fit(self) -> None:
        """Show everything that is visible."""
        self._picture.stage.fit()

    def home(self) -> None:
        """The scene's own first view."""
        self._picture.stage.home()

    def fly_to_selection(self) -> None:
        """Fly to the selected asset."""
        self._picture.stage.fly_to(self._chosen())

    # -- visibility ---------------------------------------------------------------------------------------------

    @property
    def isolated(self) -> bool:
        """Whether one asset is shown alone."""
        state = self._state
        return state is not None and len(state.hidden) == len(self._session.scene.assets) - 1 > 0

    @property
    def ghosting(self) -> bool:
        """Whether assets were made see-through by hand."""
        state = self._state
        return state is not None and bool(state.ghosted)

    def toggle_isolate(self) -> None:
        """Show the selected asset alone; again for everything, again on another asset for that one."""
        state = self._state
        if self.isolated and state is not None and self._chosen() not in state.hidden:
            self.show_everything()
        else:
            self._picture.stage.isolate([self._chosen()])

    def toggle_ghost(self) -> None:
        """Make all but the selected asset see-through; again for none, on another asset for all but that one. What is
        hidden stays hidden."""
        stage, chosen = self._picture.stage, self._chosen()
        ghosted = stage.state().ghosted
        again = bool(ghosted) and chosen not in ghosted
        everyone = range(len(self._session.scene.assets))
        stage.ghost_only(() if again else (row for row in everyone if row != chosen))

    def hide_selection(self) -> None:
        """Take the selected asset out of the picture."""
        self._picture.stage.hide([self._chosen()])

    def show_everything(self) -> None:
        """Nothing hidden, nothing ghosted by hand."""
        self._picture.stage.show_assets()

    # -- section, measures, labels ------------------------------------------------------------------------------

    @property
    def sectioned(self) -> bool:
        """Whether a section box cuts the picture."""
        return self.there and self._picture.stage.section_box is not None

    def toggle_section(self) -> None:
        """Cut around the selected asset (or the whole hall), or take the section away."""
        stage = self._picture.stage
        if self.sectioned:
            stage.section(None)
            return
        chosen = [self._chosen()] if self._session.selection is not None else None
        stage.section(stage.section_of(chosen))

    @property
    def measuring(self) -> bool:
        """Whether clicks measure."""
        return self._picture.measuring

    def toggle_measure(self) -> None:
        """Begin or end measuring: two clicks are one distance."""
        self._picture.measuring = not self._picture.measuring

    @property
    def measured(self) -> bool:
        """Whether there are distances in the picture."""
        return self.there and bool(self._picture.stage.measurements)

    def clear_measurements(self) -> None:
        """Take all measured distances away; undo brings them back."""
        self._picture.stage.clear_measurements()

    @property
    def labels_on(self) -> bool:
        """Whether abnormal assets are labelled."""
        return self._picture.labels_on

    def toggle_labels(self) -> None:
        """Show or hide the labels."""
        self._picture.show_labels(not self._picture.labels_on)
