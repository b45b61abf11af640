"""How iCalendar is written, line by line (RFC 5545 3.1): escaping, folding, the time zone, moments, people."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from coordapp.shared import clock
from coordapp.shared.text import one_line

PRODID = "-//coordapp//Veranstaltungen//DE"
IN_ADDRESSES = "@!$&'*+-=_.~/"  # letters of an address that a mailto: takes as they are (RFC 6068)
LINE_OCTETS = 75  # RFC 5545 3.1, without the line break

# The rule as the law has it since 1996. Lists of single dates instead of rules are misread by two of three parsers.
TIMEZONE = "\r\n".join((
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
))  # fmt: skip
_BREAK = "\\n"
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,"} | dict.fromkeys(
    ("\r\n", "\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"), _BREAK
)
_SPECIAL = re.compile("\r\n|[\\\\;,\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def calendar_object(*head: str, entries: Iterable[Iterable[str]]) -> str:
    """Write one iCalendar object: properties of its own, the time zone, entries."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", *map(fold, head), TIMEZONE]
    for entry in entries:
        lines += map(fold, entry)
    lines.append("END:VCALENDAR\r\n")
    return "\r\n".join(lines)


def participant(name: str, email: str) -> str:
    """Return a name and an address; in a name no quotes and carets, which parsers read differently (RFC 6868)."""
    shown = one_line(name).replace('"', "'").replace("^", "")
    return f'CN="{shown}":mailto:{quote(email, safe=IN_ADDRESSES)}'


def utc(at: datetime) -> str:
    """Write a moment in UTC."""
    return f"{at:%Y%m%dT%H%M%SZ}"


def berlin(at: datetime) -> str:
    """Write a moment as wall-clock time in Germany."""
    return f"{clock.local(at):%Y%m%dT%H%M%S}"


def text_value(value: str) -> str:
    """Escape a TEXT value (RFC 5545 3.3.11); control characters are left out."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], ""), value)


def fold(line: str) -> str:
    """Cut a content line into pieces of at most 75 octets (RFC 5545 3.1), never inside a letter."""
    if len(line) <= LINE_OCTETS and line.isascii():
        return line
    raw = line.encode()
    pieces, start, room = [], 0, LINE_OCTETS
    while len(raw) - start > room:
        end = start + room
        while raw[end] & 0xC0 == 0x80:  # a continuation octet of UTF-8
            end -= 1
        pieces.append(raw[start:end])
        start, room = end, LINE_OCTETS - 1  # the space before the next piece counts
    pieces.append(raw[start:])
    return b"\r\n ".join(pieces).decode()
