"""Reads the text of a PDF as Qt writes it: fonts by glyph number, each with a table of what the glyphs mean."""

import re
import zlib
from pathlib import Path

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*(\[[^\]]*\]|<[0-9a-fA-F]+>)")
_CHAR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*\n")
_DRAWN = re.compile(rb"/(\w+) [\d.-]+ Tf|<([0-9a-fA-F]+)>\s*(?:Tj|-?[\d.]|\]|<)|(ET)")


class Pdf:
    """`pages` is how many there are, `text` all that is written on them, `images` how many pictures are in it."""

    def __init__(self, path: Path) -> None:
        raw = path.read_bytes()
        assert raw.startswith(b"%PDF-")
        assert raw.rstrip().endswith(b"%%EOF")
        self._objects = {int(n): body for n, body in _OBJECT.findall(raw)}
        self.pages = sum(re.search(rb"/Type\s*/Page\b(?!s)", body) is not None for body in self._objects.values())
        self.images = sum(b"/Subtype /Image" in body for body in self._objects.values())
        self.text = " ".join(self._page_text(body) for body in self._objects.values() if self._is_page(body))

    @staticmethod
    def _is_page(body: bytes) -> bool:
        return re.search(rb"/Type\s*/Page\b(?!s)", body) is not None

    def _content(self, number: int) -> bytes:
        found = _STREAM.search(self._objects[number])
        if found is None:
            return b""
        return zlib.decompress(found[1]) if b"/FlateDecode" in self._objects[number] else found[1]

    def _page_text(self, body: bytes) -> str:
        fonts = self._fonts(body)
        contents = re.search(rb"/Contents\s+(\d+) 0 R", body)
        assert contents is not None
        words: list[str] = []
        table: dict[int, str] = {}
        for font, drawn, _end in _DRAWN.findall(self._content(int(contents[1]))):
            if font:
                table = fonts.get(font.decode(), {})
            elif drawn:
                glyphs = [int(drawn[i : i + 4], 16) for i in range(0, len(drawn), 4)]
                words.append("".join(table.get(g, "") for g in glyphs))
            else:
                words.append("\n")
        return "".join(words)

    def _fonts(self, body: bytes) -> dict[str, dict[int, str]]:
        resources = re.search(rb"/Resources\s+(\d+) 0 R", body)
        where = self._objects[int(resources[1])] if resources is not None else body
        found: dict[str, dict[int, str]] = {}
        for name, number in re.findall(rb"/(F\w+)\s+(\d+) 0 R", where):
            font = self._objects.get(int(number), b"")
            known = re.search(rb"/ToUnicode\s+(\d+) 0 R", font)
            if known is not None:
                found[name.decode()] = self._meanings(self._content(int(known[1])))
        return found

    @staticmethod
    def _meanings(cmap: bytes) -> dict[int, str]:
        table: dict[int, str] = {}
        for first, last, to in _RANGE.findall(cmap):
            begin, end = int(first, 16), int(last, 16)
            if to.startswith(b"["):
                listed = re.findall(rb"<([0-9a-fA-F]+)>", to)
                table |= {begin + k: _text(code) for k, code in enumerate(listed)}
            else:
                base = int(to.strip(b"<>"), 16)
                table |= {g: chr(base + g - begin) for g in range(begin, end + 1)}
        return table


def _text(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be")
