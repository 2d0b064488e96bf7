"""Paints a row of the asset tree: id and type, alarm and state symbols, power."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.panels._asset_model import KW, NAME, SYMBOL, AssetModel
from twinviewer.panels._kit.rows import paint_edge, paint_ground
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol, state_symbol

ROW_HEIGHT = 24
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class AssetDelegate(QStyledItemDelegate):
    """Bold is for what is abnormal; what is normal stays quiet."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(40, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = index.model()
        if not isinstance(model, AssetModel):
            super().paint(painter, option, index)
            return
        node, box = model.node(index), option.rect  # type: ignore[attr-defined]
        painter.save()
        chosen = paint_ground(painter, box, option.state)  # type: ignore[attr-defined]
        if index.column() == NAME:
            self._paint_name(painter, box, model, node, chosen)
        elif index.column() == SYMBOL:
            self._paint_symbols(painter, box, model, node)
        elif index.column() == KW:
            self._paint_kw(painter, box, model, node)
        painter.restore()

    def _paint_name(self, painter: QPainter, box: QRect, model: AssetModel, node: int, chosen: bool) -> None:
        if chosen:
            paint_edge(painter, box)
        asset = model.asset_at(node)
        left, right = float(box.left() + 6), float(box.right() - 2)
        strong = asset is None or model.is_abnormal(node)
        painter.setFont(font(12, 600 if strong else 400))
        quiet = asset is not None and not strong
        painter.setPen(colour("text2" if quiet and not chosen else "text"))
        metrics = QFontMetricsF(painter.font())
        label = metrics.elidedText(model.tree.label[node], Qt.TextElideMode.ElideMiddle, right - left)
        painter.drawText(QRectF(left, box.top(), right - left, box.height()), _LEFT, label)
        if asset is None:
            return
        left += metrics.horizontalAdvance(label) + 8
        kind = asset.name if asset.name and asset.name != asset.asset_id else asset.type_label or asset.type
        if right - left > 20:
            text = metrics.elidedText(kind, Qt.TextElideMode.ElideRight, right - left)
            painter.drawText(QRectF(left, box.top(), right - left, box.height()), _LEFT, text)

    def _paint_symbols(self, painter: QPainter, box: QRect, model: AssetModel, node: int) -> None:
        shown, asset = model.shown, model.asset_at(node)
        if shown is None or (asset is not None and not asset.tags):
            return
        y = box.top() + box.height() / 2
        state_symbol(painter, QPointF(box.right() - 12, y), 7.0, State(int(shown.state[node])), theme())
        if priority := int(shown.priority[node]):
            hollow = not shown.unacknowledged[node]
            alarm_symbol(painter, QPointF(box.right() - 31, y), 6.0, priority, theme(), hollow)

    def _paint_kw(self, painter: QPainter, box: QRect, model: AssetModel, node: int) -> None:
        shown = model.shown
        text = model.kw_text(node)
        if shown is None or not text:
            return
        group = node < model.tree.n_groups
        usable = group or shown.kw_quality[node] < Quality.STALE
        painter.setFont(font(12, 600 if group else 400))
        painter.setPen(colour("text" if usable else "text2"))
        painter.drawText(QRectF(box).adjusted(2, 0, -8, 0), _RIGHT, text)
