"""Logos of funders: what a file is by its bytes, and how large the picture in it is. Nothing is decoded."""

from dataclasses import dataclass

MOST_BYTES = 300 * 1024
MOST_PIXELS = 4_000  # on a side
PNG, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff"
SIZE_SEGMENTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 … SOF15: ITU T.81, table B.1
WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}

NOT_A_LOGO = "Das ist kein Bild, das wir zeigen können. Möglich sind PNG und JPEG."
BROKEN = "Dieses Bild ist nicht vollständig. Bitte wählen Sie die Datei noch einmal."
TOO_BIG = "Diese Datei ist zu groß. Möglich sind 300 KB."
TOO_MANY_PIXELS = f"Dieses Bild ist zu groß. Möglich sind {MOST_PIXELS} Punkte in Höhe und Breite."


class LogoRefused(Exception):
    """Raised with a German sentence that says what to do."""


@dataclass(frozen=True)
class Logo:
    """A picture that may be shown."""

    data: bytes
    type: str  # "image/png" or "image/jpeg"


def check(data: bytes) -> Logo:
    """Return the logo in a file. Raises LogoRefused for anything but a whole PNG or JPEG of a modest size."""
    if len(data) > MOST_BYTES:
        raise LogoRefused(TOO_BIG)
    if data.startswith(PNG):
        kind, size = "image/png", _size_of_png(data)
    elif data.startswith(JPEG):
        kind, size = "image/jpeg", _size_of_jpeg(data)
    else:
        raise LogoRefused(NOT_A_LOGO)
    if size is None or min(size) < 1:
        raise LogoRefused(BROKEN)
    if max(size) > MOST_PIXELS:
        raise LogoRefused(TOO_MANY_PIXELS)
    return Logo(data, kind)


def _size_of_png(data: bytes) -> tuple[int, int] | None:
    """Return width and height from the first chunk: RFC 2083, 4.1.1."""
    if data[12:16] != b"IHDR" or PNG_END not in data:
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _size_of_jpeg(data: bytes) -> tuple[int, int] | None:
    """Return width and height from the frame header, walking over the segments before it: ITU T.81, B.2.2."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in SIZE_SEGMENTS:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        is_fill = marker == 0xFF
        length = int.from_bytes(data[at + 2 : at + 4])
        at += 1 if is_fill else 2 if marker in WITHOUT_LENGTH else 2 + max(length, 2)
    return None
